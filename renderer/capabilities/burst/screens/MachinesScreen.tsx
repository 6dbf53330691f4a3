import { PageHead, Panel, Partly } from '../../../design'
import { BurstTabs } from '../BurstTabs'
import { words } from '../words'

/** What is rented, what is idle, and what nothing accounts for. */
export const MachinesScreen = () => (
  <div className="screen"><PageHead title={words.tab.machines} crumbs={[{ says: words.burst, href: '#/burst' }]} actions={<BurstTabs at="machines" />} />
    <div className="screen-body" style={{ gridTemplateRows: 'auto' }}><Panel title={words.tab.machines}><Partly says={words.machinesMissing} /></Panel></div></div>
)
