export {
  CoreProvider,
  useAction,
  useAsk,
  useCore,
  useNow,
  useWatch,
  type Action,
  type Core,
} from './core'
export {
  arrive,
  hrefOf,
  navigate,
  parseAddress,
  setQuery,
  useAddress,
  type Address,
} from './address'
export { usePlan } from './plan-for'
export { useSettled } from './settled'
export { handFile, takeHandedFile, useHandedFile, type HandedFile } from './handed'
export { restartWatches, useRestarts } from './restart'
export { makeClient, Reconnecting, resuming, type Client, type LinkState } from './link'
export { tokenIn, useSession, type SignedOut, type TabSession } from './session'
export { refuseTooLarge, uploadFile } from './upload'
export { useUpload, type UploadProgress } from './use-upload'
export { connectPage, followShell, isInBrowser } from './wires'
export {
  applyUpdate,
  recordKey,
  useRecord,
  useRecords,
  useRecordsStore,
  watchRecords,
  type RecordsState,
} from './records'
export { intoField, lastKnown, watchInto, type Known, type Put, type Remote } from './remote'
export { recordedTrouble, toTrouble, troubleOf, type Trouble } from './trouble'
