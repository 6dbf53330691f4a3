import { failure } from '../../../preload/contract/failures'
import type { PlantPerson } from '../../../preload/contract/plant-sites'
import type { Outcome } from '../../kernel/outcome'
import { fail, succeed } from '../../kernel/outcome'
import type { Store } from '../../platform/store'
import type { SiteSource } from './connection'

/** The embedded simulated sites, as far as the list of sites needs them. */
export interface PlantSwitch {
  open(): Promise<SiteSource[]>
  close(): Promise<void>
  setSpeed(speed: number): Outcome<void>
  /** Who may sign in while they are open. */
  people(): PlantPerson[]
  /** Signs in as another of them from now on. */
  signInAs(user: string): Outcome<void>
}
export interface PlantHost {
  add(source: SiteSource): void
  remove(id: string): void
  connect(id: string): Promise<Outcome<void>>
  /** Drops what was seen as the person of before, and connects as the one of now. */
  connectAnew(id: string): Promise<Outcome<void>>
  placeOf(id: string): SiteSource['place'] | undefined
  makeHome(id: string): Outcome<void>
  homeId(): string | undefined
  tell(): void
}

const PLANT_OPEN = 'plant.open'
const notOpen = () =>
  fail(
    failure('NOT_SUPPORTED_HERE', {
      says: 'The simulated sites are not open.',
      remedy: 'Open the plant first.',
    }),
  )

/** The simulated sites among the others: opened once however often they are asked for, and again at a start where they were open. */
export class PlantSites {
  readonly #plant: PlantSwitch | undefined
  readonly #settings: Store['settings']
  readonly #host: PlantHost
  #ids: string[] = []
  #opening: Promise<Outcome<void>> | undefined
  constructor(plant: PlantSwitch | undefined, settings: Store['settings'], host: PlantHost) {
    this.#plant = plant
    this.#settings = settings
    this.#host = host
  }
  get ids(): readonly string[] {
    return this.#ids
  }
  get wasOpen() {
    return this.#plant !== undefined && this.#settings.get(PLANT_OPEN) === true
  }

  /** Opens the simulated sites; the on-prem one becomes home unless `keepHome` says otherwise and there is one. Twice at once is once. */
  async open({ keepHome = false } = {}): Promise<Outcome<void>> {
    const plant = this.#plant
    if (!plant)
      return fail(
        failure('NOT_SUPPORTED_HERE', {
          says: 'This core was started without the simulated sites.',
          remedy: 'Start it without --no-plant.',
        }),
      )
    this.#opening ??= this.#openAll(plant).finally(() => {
      this.#opening = undefined
    })
    const opened = await this.#opening
    if (!opened.ok) return opened
    const kept = this.#settings.set(PLANT_OPEN, true)
    if (!kept.ok) return kept
    const onPrem = this.#ids.find((id) => this.#host.placeOf(id) === 'on-prem')
    return onPrem === undefined || (keepHome && this.#host.homeId() !== undefined)
      ? succeed(undefined)
      : this.#host.makeHome(onPrem)
  }
  async #openAll(plant: PlantSwitch): Promise<Outcome<void>> {
    if (this.#ids.length === 0) {
      const sources = await plant.open()
      this.#ids = sources.map(({ id }) => id)
      for (const source of sources) this.#host.add(source)
    }
    for (const id of this.#ids) {
      const connected = await this.#host.connect(id)
      if (!connected.ok) return connected
    }
    return succeed(undefined)
  }
  async close(): Promise<Outcome<void>> {
    await this.shut()
    return this.#settings.set(PLANT_OPEN, false)
  }
  setSpeed(speed: number): Outcome<void> {
    const set = this.#plant && this.#ids.length > 0 ? this.#plant.setSpeed(speed) : notOpen()
    this.#host.tell()
    return set
  }
  people(): PlantPerson[] {
    return this.#plant && this.#ids.length > 0 ? this.#plant.people() : []
  }
  /** Another person sits down: the simulated sites are open to that one alone, and what only the one before could see goes. */
  async signInAs(user: string): Promise<Outcome<void>> {
    if (this.people().some((person) => person.user === user && person.current))
      return succeed(undefined)
    const signedIn = this.#plant && this.#ids.length > 0 ? this.#plant.signInAs(user) : notOpen()
    if (!signedIn.ok) return signedIn
    const anew = await Promise.all(this.#ids.map((id) => this.#host.connectAnew(id)))
    return anew.find((one) => !one.ok) ?? succeed(undefined)
  }
  /** Stops them without forgetting that they were open. */
  async shut() {
    const ids = this.#ids
    this.#ids = []
    for (const id of ids) this.#host.remove(id)
    if (ids.length > 0) await this.#plant?.close()
    this.#host.tell()
  }
}
