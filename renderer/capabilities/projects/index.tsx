import { EnvironmentScreen } from '../environments/EnvironmentScreen'
import { DiscoverScreen } from './DiscoverScreen'
import { ProjectScreen } from './ProjectScreen'
import { WizardScreen } from './WizardScreen'

/** `#/discover`, `/new/DRAFT/STEP`, `/PROJECT`, `/NAMESPACE/ENVIRONMENT`. */
export function Discover({ path }: { path: string[] }) {
  const [first, second] = path
  if (first === undefined) return <DiscoverScreen />
  if (first === 'new') return <WizardScreen />
  return second === undefined ? <ProjectScreen /> : <EnvironmentScreen />
}
