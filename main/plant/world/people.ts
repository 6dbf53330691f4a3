export interface Team {
  name: string
  costCentre: string
  capUsd: number
  spentUsd: number
}
/** What somebody does on the simulated sites; `none` has only what everybody of the company has. */
export type Duty = 'lead' | 'engineer' | 'analyst' | 'data-owner' | 'auditor' | 'none' | 'admin'
export interface Somebody {
  user: string
  name: string
  team: string
  role: Duty
  groups: string[]
}

export const TEAMS: Team[] = [
  { name: 'Voice', costCentre: '4410', capUsd: 1_200, spentUsd: 588 },
  { name: 'Vision', costCentre: '4420', capUsd: 2_400, spentUsd: 1_710 },
  { name: 'Supply', costCentre: '4430', capUsd: 1_800, spentUsd: 944 },
  { name: 'Credit', costCentre: '4440', capUsd: 1_500, spentUsd: 1_122 },
  { name: 'Search', costCentre: '4450', capUsd: 2_000, spentUsd: 1_386 },
  { name: 'Pricing', costCentre: '4460', capUsd: 900, spentUsd: 341 },
]

const GROUP_OF: Record<Duty, string[]> = {
  lead: ['leads'],
  engineer: ['engineers'],
  analyst: ['analysts'],
  'data-owner': ['data-owners'],
  auditor: ['auditors'],
  none: [],
  admin: ['platform-admins'],
}
const person = (name: string, team: string, role: Duty = 'engineer'): Somebody => ({
  user: name.toLowerCase().replace(' ', '.'),
  name,
  team,
  role,
  groups: ['takt-members', ...(team ? [`team-${team.toLowerCase()}`] : []), ...GROUP_OF[role]],
})

/** Everybody who works on the simulated sites; the first is who one is by default: a lead like any other. */
export const PEOPLE: Somebody[] = [
  person('Mara Lind', 'Voice', 'lead'),
  person('Emil Novak', 'Voice'),
  person('Jonas Weber', 'Vision'),
  person('Tove Dahl', 'Supply'),
  person('Chen Wu', 'Search'),
  person('Lena Ofori', 'Credit', 'analyst'),
  person('Aino Torv', 'Voice'),
  person('Pia Nord', 'Pricing'),
  person('Sana Rahimi', 'Vision'),
  person('Nora Haugen', 'Supply'),
  person('Ivo Petrov', 'Search'),
  person('Rosa Berg', 'Pricing'),
  person('Liv Strand', 'Vision', 'lead'),
  person('Runa Eide', 'Credit', 'data-owner'),
  person('Signe Moe', '', 'auditor'),
  person('Nils Falk', '', 'none'),
  person('Ines Holm', '', 'none'),
  person('Kai Storm', '', 'admin'),
]

/** Who sees to a team's models: its engineers and analysts, the lead apart. */
export const membersOf = (team: string) =>
  PEOPLE.filter(
    (each) => each.team === team && (each.role === 'engineer' || each.role === 'analyst'),
  )
export const teamOf = (name: string): Team => {
  const team = TEAMS.find((each) => each.name === name)
  if (!team) throw new Error(`No team ${name}`)
  return team
}
