import { Facts, Panel } from '../../../design'
import { definitions } from './definition-words'

/** What every figure of the screen means, and who defined it. */
export const Definitions = () => (
  <div className="screen-body">
    {definitions.map(({ title, facts }) => (
      <Panel key={title} title={title}>
        <Facts facts={facts} />
      </Panel>
    ))}
  </div>
)
