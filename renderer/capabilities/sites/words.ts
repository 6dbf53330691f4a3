/** Every text about sites. */
export const words = {
  simulated: (speed: string) => `simulated · ${speed}`, simulatedMeans: 'Simulated sites: how fast their time passes', paused: 'paused', times: (speed: number) => `${speed}×`,
  speeds: { 0: 'Pause', 1: '1× real time', 10: '10×', 60: '60×', 300: '300×', 3600: '3600×' } as Record<number, string>,
  states: { idle: 'not connected', connecting: 'connecting', live: 'live', stale: 'no answer', failed: 'failed' },
  siteMenu: (name: string) => `${name}, what can be done`, onlyThis: 'Show only this site', allSites: 'Show all sites', connect: 'Connect', again: 'Connect again', disconnect: 'Disconnect', makeHome: 'Make it home', details: 'Details and preparation', isHome: 'home',
  firstPage: 'First run', firstTitle: 'What should Takt look at?', firstSays: 'No account is needed and nothing is sent anywhere. You can add the others later, side by side.',
  plant: 'Open the plant', plantSays: 'a simulated cluster and AWS account, with nothing to install', plantTime: '20 s', plantOpening: 'Starting the simulated sites…',
  cluster: 'Connect a cluster', clusterSays: (names: string[]) => (names.length > 0 ? `${names.length === 1 ? '1 context' : `${names.length} contexts`} found: ${names.slice(0, 3).join(', ')}` : 'no context was found in your kubeconfig files'), clusterTime: '1 min',
  bundle: 'Open a bundle', bundleSays: 'a .takt file of drift', bundleReason: 'Drift bundles come with the drift screens; until then open the plant or connect a cluster.',
  connectTitle: 'Connect a cluster', back: 'Back', contexts: 'Contexts', contextsMean: 'from your kubeconfig files; nothing has been opened or run', noContexts: 'No context was found. Add a kubeconfig file in Settings, or open the plant.', toSettings: 'Open settings',
  unreadable: 'Files that cannot be used', context: 'Context', server: 'Server', user: 'User', auth: 'Sign-in', file: 'File', none: 'none',
  auths: { certificate: 'certificate', token: 'token', exec: 'plugin', oidc: 'OpenID Connect', basic: 'password', none: 'none' },
  consentTitle: (context: string) => `Signing in to ${context} runs a program`, consentSays: 'Takt never runs it unasked. It is remembered by its hash and asked for again when it changes.', command: 'Command', hash: 'Hash', lookAtCommand: 'Look at the command…', allow: 'Allow and connect', allowAndHome: 'Allow, connect and make it home', allowed: 'allowed before',
  choose: 'Choose a context at the left to see what connecting would do.', connectSays: 'Opens a connection with your own rights and reads. Nothing is changed.', connectAndHome: 'Connect and make it home', homeSays: 'The home site holds the shared records of projects, tools and data. It has to be on-prem.',
  prepare: 'Prepare this cluster', prepareSays: 'Installs the resource definitions, the three roles and the price book. Without admin rights, copy the YAML for someone who has them.', prepared: { yes: 'prepared', no: 'not prepared', unknown: 'preparation not known' },
  sitesTitle: 'Sites', sitesMean: 'one cluster each, with your own rights', noSites: 'No site yet.', addSite: 'Connect a cluster…', openPlant: 'Open the plant', closePlant: 'Close the plant', closeSays: 'Its state is kept.', offers: 'Offers', version: 'Version', lastWord: 'Last word', signedInAs: 'Signed in as', nothingOptional: 'no optional APIs',
  notHome: 'Only an on-prem site can be home.', alreadyHome: 'This is home.',
}
