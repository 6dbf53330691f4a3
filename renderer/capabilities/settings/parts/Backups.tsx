import { useEffect, useState } from 'react'
import { counted } from '../../../../preload/contract/explain-store'
import type { Backup } from '../../../../preload/contract/system'
import { lastKnown, useAction, useAsk, useWatch } from '../../../client'
import {
  Answer,
  Button,
  CopyButton,
  Dialog,
  Empty,
  formatBytes,
  formatMoment,
  Panel,
  Table,
  TroubleNote,
  type Column,
} from '../../../design'
import { words } from '../words'

/** The copies of the local store: when each was made, what it holds, and the way back to it. */
export function BackupsPanel() {
  const { remote, again } = useAsk(
    (client, options) => client.system.backups(undefined, options),
    [],
  )
  const make = useAction((client) => client.system.backUp())
  const [chosen, setChosen] = useState<Backup>()
  return (
    <Panel
      title={words.backups}
      means={words.backupsMean}
      actions={
        <Button small busy={make.busy} onClick={() => void make.act().then(again)}>
          {words.backUpNow}
        </Button>
      }
    >
      <TroubleNote trouble={make.trouble} />
      <Answer remote={remote} again={again}>
        {(backups) => <BackupList backups={backups} onChoose={setChosen} />}
      </Answer>
      {chosen && <Restore backup={chosen} onClose={() => setChosen(undefined)} />}
    </Panel>
  )
}

function BackupList({
  backups,
  onChoose,
}: {
  backups: Backup[]
  onChoose: (backup: Backup) => void
}) {
  const folder = backups[0]?.file.replace(/[/\\][^/\\]*$/, '')
  if (folder === undefined) return <Empty says={words.noBackups} />
  const columns: Column<Backup>[] = [
    {
      id: 'taken',
      says: words.taken,
      value: ({ at }) => String(at),
      cell: ({ at }) => formatMoment(at),
    },
    { id: 'holds', says: words.holds, value: holds, cell: holds },
    {
      id: 'size',
      says: words.size,
      value: ({ bytes }) => String(bytes),
      cell: ({ bytes }) => formatBytes(bytes),
    },
    {
      id: 'restore',
      says: words.wayBack,
      value: () => '',
      cell: (backup) =>
        backup.rows && (
          <Button
            small
            look="quiet"
            aria-label={words.restoreOf(formatMoment(backup.at))}
            onClick={() => onChoose(backup)}
          >
            {words.restore}
          </Button>
        ),
    },
  ]
  return (
    <>
      <Table label={words.backups} rows={backups} columns={columns} idOf={({ at }) => String(at)} />
      <p className="row control-text soft">
        <span className="grow">
          {words.backupsLie} <span className="mono">{folder}</span>
        </span>
        <CopyButton small says={words.copyFolder} text={() => folder} />
      </p>
    </>
  )
}
const holds = ({ rows }: Backup) => (rows ? counted(rows) : words.notReadable)

/** What going back to a copy costs, before its button. */
function Restore({ backup, onClose }: { backup: Backup; onClose: () => void }) {
  const restore = useAction((client) =>
    client.system.recoverStore({ kind: 'backup', at: backup.at }),
  )
  const [begun, setBegun] = useState(false)
  useReloadWithNextCore(begun)
  const go = async () => setBegun((await restore.act()) !== undefined)
  return (
    <Dialog opened onClose={onClose} title={words.restoreOf(formatMoment(backup.at))}>
      <div className="stack control-text">
        <p>{words.restoreSays(formatMoment(backup.at), holds(backup))}</p>
        <p className="soft">{words.restoreKeeps}</p>
        <TroubleNote trouble={restore.trouble} />
        {begun && <p role="status">{words.restoreBegins}</p>}
        <div className="row">
          <Button look="primary" busy={restore.busy || begun} onClick={() => void go()}>
            {words.restoreNow}
          </Button>
          <Button look="quiet" onClick={onClose}>
            {words.cancel}
          </Button>
        </div>
      </div>
    </Dialog>
  )
}
/** What stands on this page is of the core that goes: with the next one it begins anew. */
function useReloadWithNextCore(begun: boolean) {
  const { remote } = useWatch((client, options) => client.system.heartbeat(undefined, options), [])
  const pid = lastKnown(remote)?.value.pid
  const [before, setBefore] = useState(pid)
  useEffect(() => {
    if (!begun) setBefore(pid)
    else if (before !== undefined && pid !== before) location.reload()
  }, [begun, before, pid])
}
