export interface Team {
  name: string
  costCentre: string
  capUsd: number
  spentUsd: number
}
export interface Somebody {
  user: string
  name: string
  team: string
  role: 'lead' | 'engineer' | 'analyst'
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

const person = (name: string, team: string, role: Somebody['role'] = 'engineer'): Somebody => {
  const user = name.toLowerCase().replace(' ', '.')
  return {
    user,
    name,
    team,
    role,
    groups: [
      `team-${team.toLowerCase()}`,
      `${role}s`,
      ...(user === 'mara.lind' ? ['platform-admins'] : []),
    ],
  }
}

/** Everybody who works on the simulated sites; the first is who one is by default. */
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
]

/** Who sees to a team's models: its engineers and analysts, the lead apart. */
export const membersOf = (team: string) =>
  PEOPLE.filter((each) => each.team === team && each.role !== 'lead')
export const teamOf = (name: string): Team => {
  const team = TEAMS.find((each) => each.name === name)
  if (!team) throw new Error(`No team ${name}`)
  return team
}
