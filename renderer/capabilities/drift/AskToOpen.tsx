import { visibleLine } from '../../../preload/contract/text/visible'
import { Button, Dialog } from '../../design'
import { words } from './words'

interface AskToOpenProps {
  path: string | undefined
  onOpen: (path: string) => void
  onClose: () => void
}
/** Shows the file that an address names, and opens it only for a person. */
export const AskToOpen = ({ path, onOpen, onClose }: AskToOpenProps) => (
  <Dialog title={words.askToOpen} opened={path !== undefined} onClose={onClose}>
    <div className="stack control-text">
      <p>{words.askToOpenSays}</p>
      <p className="mono" style={{ overflowWrap: 'anywhere' }}>
        {visibleLine(path ?? '')}
      </p>
      <p className="soft">{words.askToOpenMeans}</p>
      <div className="row">
        {/* Whoever is typing when a window comes up opens nothing by it. */}
        <Button data-autofocus onClick={onClose}>
          {words.leaveIt}
        </Button>
        <Button
          look="primary"
          onClick={() => {
            if (path !== undefined) onOpen(path)
          }}
        >
          {words.openIt}
        </Button>
      </div>
    </div>
  </Dialog>
)
