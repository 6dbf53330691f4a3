import type { Plan } from '../../../../preload/contract/operations'
import type { BudgetSpec } from '../../../../preload/contract/records/money'
import type { Member, ProjectSpec } from '../../../../preload/contract/records/project'

export interface CostCentre {
  name: string
  spec: BudgetSpec
  spentUsd: number
}
/** What a project is checked against; now is the home site's clock in milliseconds. */
export interface Facts {
  now: number
  costCentres: CostCentre[]
  sites: string[]
}
type Blocked = Plan['blockedBy'][number]

const usd = (amount: number) => `$${amount.toLocaleString('en-US', { maximumFractionDigits: 2 })}`
const names = (list: string[], most = 6) =>
  list.length > most
    ? `${list.slice(0, most).join(', ')} and ${String(list.length - most)} more`
    : list.join(', ')

/** What keeps this project from being created or changed so; each with what to do. Empty where nothing does. */
export const checkProject = (spec: ProjectSpec, facts: Facts): Blocked[] => [
  ...checkTimeBox(spec, facts.now),
  ...checkMoney(spec, facts.costCentres),
  ...checkSites(spec, facts.sites),
  ...checkMembers(spec),
]

function checkTimeBox({ timeBox }: ProjectSpec, now: number): Blocked[] {
  const [start, due] = [Date.parse(timeBox.start), Date.parse(timeBox.due)]
  if (Number.isNaN(start) || Number.isNaN(due))
    return [
      {
        says: 'The time box has a date that does not exist.',
        remedy: 'Pick start and due from the calendar.',
      },
    ]
  if (due <= now)
    return [
      {
        says: `The due date ${timeBox.due.slice(0, 10)} is in the past by the clock of the site.`,
        remedy: 'Choose a due date in the future.',
      },
    ]
  if (due <= start)
    return [
      {
        says: 'The due date is not after the start.',
        remedy: 'Choose a due date after the start.',
      },
    ]
  return []
}

function checkMoney({ costCentre, budgetUsd }: ProjectSpec, costCentres: CostCentre[]): Blocked[] {
  const known = costCentres.find(({ name }) => name === costCentre)
  if (!known) {
    const remedy =
      costCentres.length > 0
        ? `Choose one of ${names(costCentres.map(({ name }) => name))}.`
        : 'Ask a lead to create a Budget; its name is the cost centre.'
    return [{ says: `There is no cost centre called ${costCentre}.`, remedy }]
  }
  if (budgetUsd <= 0)
    return [{ says: 'The budget is zero.', remedy: 'Give the project a budget above zero.' }]
  const rest = Math.max(0, known.spec.capUsd - known.spentUsd)
  if (budgetUsd > rest)
    return [
      {
        says: `The budget ${usd(budgetUsd)} is more than the ${usd(rest)} that cost centre ${costCentre} has left.`,
        remedy: `Lower it to ${usd(rest)}, or ask ${known.spec.owner} to raise the cap.`,
      },
    ]
  return []
}

function checkSites({ sites }: ProjectSpec, known: string[]): Blocked[] {
  if (sites.length === 0)
    return [{ says: 'No site is allowed.', remedy: `Allow at least one of ${names(known)}.` }]
  const unknown = sites.filter((site) => !known.includes(site))
  return unknown.length > 0
    ? [
        {
          says: `There is no site called ${unknown.join(' or ')}.`,
          remedy: known.length > 0 ? `Choose among ${names(known)}.` : 'Connect a site first.',
        },
      ]
    : []
}

/** Whom the cluster itself names stands for everybody or for its own machinery: as members they would let in whoever is signed in. */
const isSystem = ({ name }: Pick<Member, 'name'>) => name.toLowerCase().startsWith('system:')
export function checkMembers({ members }: Pick<ProjectSpec, 'members'>): Blocked[] {
  const seen = new Set<string>()
  const twice = members.filter(({ kind, name }) => seen.size === seen.add(`${kind}/${name}`).size)
  const system = members.filter(isSystem)
  return [
    ...(twice.length > 0
      ? [
          {
            says: `${twice.map(({ name }) => name).join(', ')} is listed twice.`,
            remedy: 'Give each person or group one role.',
          },
        ]
      : []),
    ...system.map(({ name }) => ({
      says: `${name} is no member: the cluster itself gives that name to everybody of a kind.`,
      remedy: 'Name the people, or a group of the directory.',
    })),
  ]
}
/** Who asks for a project may not decide who leads it: that is for the lead who fulfils it. */
export const checkAskedLeads = ({ members }: Pick<ProjectSpec, 'members'>): Blocked[] => {
  const leads = members.filter(({ role }) => role === 'lead').map(({ name }) => name)
  return leads.length > 0
    ? [
        {
          says: `A request names no leads, and this one names ${names(leads)}.`,
          remedy: 'Ask with another role; a lead can make them leads afterwards.',
        },
      ]
    : []
}
