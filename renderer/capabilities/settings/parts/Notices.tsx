import { useState } from 'react'
import type { ShippedComponent } from '../../../../preload/contract/system'
import { lastKnown, useAsk } from '../../../client'
import { Button, Dialog, Empty, Failed, Loading } from '../../../design'
import { words } from '../words'

/** What Takt is made of besides its own code: packages with licence and text, asked for only when somebody looks. */
export function Notices() {
  const [opened, setOpened] = useState(false)
  return (
    <>
      <p>
        <Button small look="quiet" onClick={() => setOpened(true)}>
          {words.notices}
        </Button>
      </p>
      <Dialog title={words.notices} opened={opened} onClose={() => setOpened(false)}>
        {opened && <NoticeList />}
      </Dialog>
    </>
  )
}

function NoticeList() {
  const { remote, again } = useAsk(
    (client, options) => client.system.notices(undefined, options),
    [],
  )
  const shipped = lastKnown(remote)?.value
  if (remote.at === 'failed')
    return (
      <Failed
        says={remote.trouble.says}
        remedy={remote.trouble.remedy}
        code={remote.trouble.code}
        onRetry={again}
      />
    )
  if (!shipped) return <Loading />
  if (shipped.length === 0) return <Empty says={words.noNotices} />
  return (
    <div className="stack control-text">
      <p className="soft">{words.noticesMeans(shipped.length)}</p>
      <ul className="stack tight">
        {shipped.map((component) => (
          <li key={`${component.name}@${component.version}`}>
            <Notice component={component} />
          </li>
        ))}
      </ul>
    </div>
  )
}

const Notice = ({
  component: { name, version, identifier, text },
}: {
  component: ShippedComponent
}) => (
  <details>
    <summary>
      {name} {version} <span className="meta">{identifier}</span>
    </summary>
    <pre className="small notice-text">{text ?? words.noNoticeText}</pre>
  </details>
)
