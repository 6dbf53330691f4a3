export { Answer, TroubleNote } from './Answer'
export { CellStrip, FreshnessBar, ProgressBar, QuotaBar, type CellState } from './Bars'
export { ChartFrame } from './ChartFrame'
export { TICK } from './charts'
export { TableHead } from './TableHead'
export { ConfirmDelete } from './Confirm'
export { Avatar, Avatars, Button, Kbd, LinkButton, Segmented, Tag, type Tone } from './Controls'
export { toCsv } from '../../preload/contract/text/csv'
export { Dialog } from './Dialog'
export { Diff, type DiffLine } from './Diff'
export * from './format'
export { Icon, Mark, type IconName } from './Icon'
export { Inspector } from './Inspector'
export { inDialog, inField, keySettings, useKeys } from './keys'
export { Facts, Figure, PageHead, Panel, Section, usePageTitle } from './Panel'
export {
  Lamp,
  Patterns,
  PlaceGlyph,
  Sign,
  type LampName,
  type PlaceName,
  type SignName,
} from './Signs'
export { CopyButton, Empty, Failed, Forbidden, Loading, Partly, Stale, Warning } from './States'
export { Table, type Column } from './Table'
export { Uploading } from './Uploading'
export { WindowTable, type WindowColumn, type WindowRow, type WindowSort } from './WindowTable'
export * from './form'
