import { countOf } from '../design'

/** Every text of the frame. */
export const words = {
  screens: 'Screens',
  waitForYou: (count: number) => `, ${countOf(count, 'item waits', 'items wait')} for you`,
  search: 'Search or type a command',
  palette: 'Search and commands',
  lampsLit: (stopped: number, called: number) => `Lamps lit: ${stopped} stopped, ${called} called`,
  lampsNone: 'No lamp is lit',
  notSignedIn: 'not signed in',
  reconnecting: 'Reconnecting to the core…',
  reconnectingSays: 'What you see stays; what you typed is kept.',
  gone: (address: string) => `Nobody answers at ${address}.`,
  goneSays: 'Copy what you still need from this page, then type',
  goneThen: 'in a terminal and open the address that it prints.',
  goneCommand: 'takt serve',
  waiting: 'Waiting for the core to start…',
  storeReadOnly: 'Nothing is kept.',
  storeReadOnlySays: (file: string) =>
    `${file} may only be read here: drafts and settings are gone when Takt closes. Give yourself the right to write there.`,
  storeDamaged: 'The local store is damaged',
  storeDamagedSays: (file: string) => `The local store ${file} is damaged.`,
  storeUntouched: 'Nothing was written since. What runs on the sites is not touched by this.',
  storeSaved: 'What was saved',
  storeNothing: 'Nothing of it can be read, and there is no copy.',
  storeRescue: 'Rescue what can be read',
  storeCopy: (moment: string) => `Go back to the copy of ${moment}`,
  storeEmpty: 'Begin with an empty store',
  storeSetAside:
    'Whatever you choose, the damaged file is set aside beside the new one and never deleted.',
  storeBegins: 'The core begins again…',
  signedOutShort: 'This tab is not signed in.',
  signInAgain: 'Sign in',
  signedOut: {
    none: 'This tab is not signed in.',
    ended: 'This session has ended.',
    used: 'This address has been used already.',
    expired: 'This address has expired.',
    replaced: 'A newer address was made after this one.',
    unknown: 'Takt does not know this address.',
  },
  signedOutMeans: {
    none: 'Takt opens for whoever holds its one-time address.',
    ended:
      'Sessions end after 12 hours, when somebody ends them, and when Takt is closed. What you see stays; what you typed is kept.',
    used: 'Each address works once. If that was not you, sign in and end the other session in Settings.',
    expired: 'An address works for 10 minutes.',
    replaced: 'Only the newest address works.',
    unknown: 'It may be from a Takt that has been closed since.',
  },
  usedAt: (when: string) => `It was used ${when}.`,
  getAddress: 'On the machine where Takt runs, type:',
  inClone: 'In a clone of the source: npm run takt -- serve --new-token',
  pasteAddress: 'Then open the address it prints, or paste it here:',
  signIn: 'Sign in',
  copy: 'Copy',
  broke: 'This screen stopped working.',
  brokeSays: 'The rest of Takt still runs. Open another screen, or start this one again.',
  again: 'Start this screen again',
  report: 'Copy the report',
  reload: 'Reload the page',
  nowhere: 'There is no such screen.',
  nowhereSays: 'The address may be from another version.',
  toMap: 'Go to the map',
  keyboard: 'Keyboard',
  skip: 'Skip to the screen',
  dataAges: 'Age of what is shown',
  lampChanged: (stopped: number, called: number) => `${stopped} stopped, ${called} called`,
}
/** Keys as the list under `?` shows them. */
export const KEYS: readonly (readonly [keys: string, does: string])[] = [
  ['Ctrl K', 'search and commands'],
  ['Ctrl J', 'operations'],
  ['G then M D A L B R O F C', 'Map, Discover, Data, Line, Burst, Drift, Money, Flow, Cluster'],
  ['N', 'new project'],
  ['/', 'filter'],
  ['J K or arrows', 'rows of a table'],
  ['Enter', 'open what is chosen'],
  ['T', 'chart or table'],
  ['Ctrl Enter', 'confirm a plan'],
  ['Alt 1 to 5', 'steps of a new project'],
  ['F6', 'next region of the window'],
  ['?', 'this list'],
  ['Esc', 'one level back'],
]
/** Screens whose work comes in a later release: what is missing, and what can be done meanwhile. */
export const LATER: Record<
  'money' | 'flow',
  { says: string; meanwhile: string; links: { says: string; href: string }[] }
> = {
  money: {
    says: 'Requested, allocated and used GPU hours, idle cost and forecasts by team are not in this release.',
    meanwhile:
      'Every plan says its price per hour, and a new project shows what is left of its cost centre.',
    links: [{ says: 'Start a project', href: '#/discover/new' }],
  },
  flow: {
    says: 'The value stream, causes of waiting and delivery forecasts are not in this release.',
    meanwhile:
      'The map shows counts, limits, ages against the 85th percentile and the medians of both lines.',
    links: [{ says: 'Open the map', href: '#/map' }],
  },
}
