import { z } from 'zod'
import { entry } from './common'

/** Somebody of the simulated sites. */
export const PlantPerson = z.object({
  user: z.string(),
  name: z.string(),
  duty: z.enum(['lead', 'engineer', 'analyst', 'data-owner', 'auditor', 'none', 'admin']),
  team: z.string().optional(),
  current: z.boolean(),
})
export type PlantPerson = z.infer<typeof PlantPerson>
/** The embedded simulated sites: opening them, their time, and as whom one works on them. */
export const plantSites = {
  openPlant: entry
    .meta({ says: 'Starts the embedded simulated sites and makes the on-prem one home.' })
    .output(z.object({})),
  closePlant: entry
    .meta({ says: 'Stops the simulated sites; their state is kept.' })
    .output(z.object({})),
  setPlantSpeed: entry
    .meta({ says: 'Sets how many simulated seconds pass in one second, 0 to 3600.' })
    .input(z.object({ speed: z.number().min(0).max(3600) }))
    .output(z.object({})),
  plantPeople: entry
    .meta({
      says: 'Who works on the open simulated sites, what each of them does there, and as whom one is signed in.',
    })
    .output(z.array(PlantPerson)),
  plantAs: entry
    .meta({
      says: 'Signs in to the simulated sites as another of their people, from the next request on and at later starts.',
    })
    .input(z.object({ user: z.string().min(1).max(253) }))
    .output(z.object({})),
}
