import { useEffect } from 'react'
import { Failed, LinkButton, Loading, PageHead, Panel } from '../../../design'
import { BurstTabs } from '../BurstTabs'
import { useQueue, valueOf } from '../queue'
import { moveHref } from '../view-model'
import { words } from '../words'

/** Where a job is named but not its kind (the map, the palette): finds it in the queue and goes on to its move. */
export function FindScreen({
  site,
  namespace,
  name,
  plan,
}: {
  site: string
  namespace: string
  name: string
  plan: boolean
}) {
  const { remote, again } = useQueue()
  const queue = valueOf(remote)
  const found = queue?.workloads.find(
    ({ ref }) => ref.site === site && ref.namespace === namespace && ref.name === name,
  )
  const href = found && `${moveHref(found.ref)}${plan ? '?plan=1' : ''}`
  // The step in between is no place to come back to.
  useEffect(() => {
    if (href) location.replace(href)
  }, [href])
  return (
    <div className="screen">
      <PageHead
        title={`${namespace} ${name}`}
        crumbs={[{ says: words.burst, href: '#/burst' }]}
        actions={<BurstTabs at="move" />}
      />
      <div className="screen-body" style={{ gridTemplateRows: 'auto' }}>
        <Panel title={words.title}>
          {remote.at === 'failed' ? (
            <Failed
              says={remote.trouble.says}
              remedy={remote.trouble.remedy}
              code={remote.trouble.code}
              onRetry={again}
            />
          ) : !queue || found ? (
            <Loading says={words.loadingQueue} />
          ) : (
            <div className="state">
              <p>
                {words.notQueued(name)} {words.goneSays}
              </p>
              <div className="state-actions">
                <LinkButton href="#/burst">{words.queueTitle}</LinkButton>
                <LinkButton href="#/burst/journal">{words.tab.journal}</LinkButton>
              </div>
            </div>
          )}
        </Panel>
      </div>
    </div>
  )
}
