import { useState } from 'react'
import type { ShippedComponent } from '../../../../preload/contract/system'
import { useAsk } from '../../../client'
import { Answer, Button, Dialog, Empty } from '../../../design'
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
  return (
    <Answer remote={remote} again={again}>
      {(shipped) =>
        shipped.length === 0 ? (
          <Empty says={words.noNotices} />
        ) : (
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
    </Answer>
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
