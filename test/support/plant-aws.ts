import { crds } from '../../main/capabilities/records/crds'
import { roles } from '../../main/capabilities/prepare/domain/roles'
import { seeded } from '../../main/kernel/random'
import { PEOPLE, startPlant, type Plant, type PlantAws } from '../../main/plant'
import { HandClock } from './clock'

const people = PEOPLE.map(({ user, groups }) => ({
  user,
  groups: [...groups, 'system:masters'],
  token: `token-of-${user}`,
}))

/** A plant on a clock that is moved by hand, its AWS account, and what an SDK client needs to ask it. */
export async function aPlantWithAws(persisted?: string) {
  const clock = new HandClock()
  const errors: unknown[] = []
  const plant = await startPlant({
    clock,
    random: seeded(5),
    people,
    prepared: [...crds(), ...roles()],
    onError: (error) => errors.push(error),
    ...(persisted !== undefined && { persisted }),
  })
  const aws = awsOf(plant)
  const { accessKeyId, secretAccessKey } = aws.keys
  return {
    plant,
    aws,
    clock,
    errors,
    site: plant.sites.find(({ id }) => id === 'aws-burst'),
    /** The machine's clock is moved by hand, so what is signed has to be signed by it. */
    config: {
      endpoint: aws.endpoint,
      region: aws.region,
      credentials: { accessKeyId, secretAccessKey },
      maxAttempts: 1,
      systemClockOffset: clock.now() - Date.now(),
    },
    pass: (seconds: number) => clock.advance(seconds * 1000),
  }
}
export function awsOf(plant: Plant): PlantAws {
  if (!plant.aws) throw new Error('the plant has no AWS account')
  return plant.aws
}
