import { countOf } from '../../design'

/** Every text about browser sessions. */
export const words = {
  title: 'Sessions',
  means: 'browsers that are signed in to this Takt; each ends after 12 h',
  thisOne: 'This one',
  you: 'you',
  tabs: (count: number) => countOf(count, 'tab open', 'tabs open'),
  quiet: (forHowLong: string) => `no tab open for ${forHowLong}`,
  since: (when: string) => `since ${when}`,
  ends: (when: string) => `ends ${when}`,
  end: 'End',
  endOf: (client: string, when: string) => `End ${client}, since ${when}`,
  endOthers: 'End the others',
  refused: (when: string) => `Refused ${when}`,
  refusedWhy: {
    used: (client: string, usedAt: string) => `${client} tried an address that was used ${usedAt}`,
    expired: (client: string) => `${client} tried an address that had expired`,
    replaced: (client: string) => `${client} tried an address after a newer one was made`,
    unknown: (client: string) => `${client} tried an address that Takt never made`,
  },
  signedInElsewhere: (client: string, when: string) => `Signed in elsewhere: ${client}, ${when}.`,
  triedAgain: (client: string, when: string) =>
    `${client} tried a used address and was refused, ${when}.`,
  notYou: 'If that was not you, end it.',
  endIt: 'End it',
  toSessions: 'Sessions',
  wasMe: 'That was me',
}
