/** Every text of the settings screen. */
export const words = {
  title: 'Settings', look: 'Look and keys', lookMeans: 'on this machine, for you', theme: 'Theme', themes: { system: 'As the system', light: 'Light', dark: 'Dark' }, density: 'Rows', densities: { compact: 'Compact', normal: 'Normal', roomy: 'Roomy' },
  singleKeys: 'Single keys', singleKeysSays: 'N, G then a letter, T, ? and J K work outside fields', on: 'On', off: 'Off', person: 'Your name', personSays: 'As it should stand on what you make; empty takes the name you sign in with.', save: 'Save',
  kubeconfig: 'Kubeconfig files', kubeconfigMeans: 'beside KUBECONFIG and the usual place; read again by themselves when they change', path: 'Path', add: 'Add', remove: (path: string) => `Remove ${path}`, noPaths: 'None added. The usual places are read.',
  plant: 'The plant', plantMeans: 'simulated sites, speaking the real protocols', speed: 'Speed', plantClosed: 'The plant is closed.',
  about: 'This copy of Takt', aboutMeans: 'what is installed, reachable and permitted; secrets are left out', version: 'Version', host: 'Host', store: 'Store', started: 'Started', engines: 'Engines', copy: 'Copy diagnosis', vault: 'Secrets',
}
