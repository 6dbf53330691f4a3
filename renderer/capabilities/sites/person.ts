import { useSettings } from '../settings/store'
import { useHome } from './store'

/** Who sits here: the name they gave, else the one they are signed in with at home. */
export function usePerson(): string | undefined {
  const { person } = useSettings()
  const user = useHome()?.user
  return person || user
}
