import { LinkButton, PageHead, Panel } from '../design'
import { LATER } from './words'

/** An honest screen for what a later release brings: what is missing, and what can be done meanwhile. */
export const laterScreen = (id: keyof typeof LATER, title: string) =>
  function Later() {
    const { says, meanwhile, links } = LATER[id]
    return (
      <div className="screen">
        <PageHead title={title} />
        <div className="screen-body" style={{ gridTemplateRows: 'auto' }}>
          <Panel title="Not in this release">
            <div className="state">
              <p>{says}</p>
              <p>{meanwhile}</p>
              <div className="state-actions">
                {links.map((link) => (
                  <LinkButton key={link.href} href={link.href}>
                    {link.says}
                  </LinkButton>
                ))}
              </div>
            </div>
          </Panel>
        </div>
      </div>
    )
  }
