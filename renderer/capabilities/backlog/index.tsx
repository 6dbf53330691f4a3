import { ItemScreen } from './ItemScreen'
import { LineScreen } from './LineScreen'

/** `#/line` and `#/line/NAMESPACE/ITEM`. */
export const Line = ({ path }: { path: string[] }) =>
  path.length < 2 ? <LineScreen /> : <ItemScreen />
