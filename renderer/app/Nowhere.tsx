import { Empty, LinkButton, PageHead, Panel } from '../design'
import { words } from './words'

export const Nowhere = () => (
  <div className="screen">
    <PageHead title="Takt" />
    <div className="screen-body" style={{ gridTemplateRows: 'auto' }}>
      <Panel title={words.nowhere}>
        <Empty says={words.nowhereSays}>
          <LinkButton href="#/map" look="primary">
            {words.toMap}
          </LinkButton>
        </Empty>
      </Panel>
    </div>
  </div>
)
