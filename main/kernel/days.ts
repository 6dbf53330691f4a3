/** A stretch of whole local days: from the first, up to and without the last, in an IANA time zone. */
export interface DayWindow {
  /** The first day, as in 2026-10-01. */
  from: string
  /** The day after the last one. */
  to: string
  zone: string
}
/** A calendar day with the instant it begins at, in whole seconds since 1970. */
export interface LocalDay {
  date: string
  fromS: number
  toS: number
  weekend: boolean
}
export interface Days {
  window: DayWindow
  fromS: number
  toS: number
  days: LocalDay[]
}
