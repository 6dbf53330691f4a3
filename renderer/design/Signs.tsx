export type PlaceName = 'on-prem' | 'cloud' | 'edge'
const PLACE_WORDS: Record<PlaceName, string> = {
  'on-prem': 'on-prem',
  cloud: 'cloud',
  edge: 'edge site',
}

/** Where something runs: teal square, hatched violet disc, plum diamond. */
export function PlaceGlyph({
  place,
  size = 10,
  silent = false,
}: {
  place: PlaceName
  size?: number
  silent?: boolean
}) {
  const named = silent ? { 'aria-hidden': true } : { role: 'img', 'aria-label': PLACE_WORDS[place] }
  return (
    <svg width={size} height={size} viewBox="0 0 10 10" {...named}>
      {place === 'on-prem' && (
        <rect x=".5" y=".5" width="9" height="9" rx="1.5" fill="var(--onpremfill)" />
      )}
      {place === 'cloud' && (
        <>
          <circle cx="5" cy="5" r="4.6" fill="var(--cloudfill)" />
          <path d="M2 8 8 2M5 9 9 5M1 5 5 1" stroke="var(--panel)" strokeWidth="1" />
        </>
      )}
      {place === 'edge' && <path d="M5 .4 9.6 5 5 9.6.4 5Z" fill="var(--edgesite)" />}
    </svg>
  )
}

export type LampName = 'flowing' | 'called' | 'stopped'
/** Who is called: green ring, yellow triangle, red octagon. For lines alone; a failure is a cross. */
export function Lamp({ lamp, size = 13 }: { lamp: LampName; size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 12 12" role="img" aria-label={lamp}>
      {lamp === 'flowing' && (
        <circle cx="6" cy="6" r="4.4" fill="none" stroke="var(--green)" strokeWidth="1.8" />
      )}
      {lamp === 'called' && (
        <>
          <path d="M6 .8 11.6 11H.4Z" fill="var(--yellowfill)" />
          <path d="M6 4.2v3.2M6 8.6v1.1" stroke="var(--panel)" strokeWidth="1.4" />
        </>
      )}
      {lamp === 'stopped' && (
        <>
          <path d="M3.6.4h4.8l3.2 3.2v4.8l-3.2 3.2H3.6L.4 8.4V3.6Z" fill="var(--redfill)" />
          <path d="M3.4 6h5.2" stroke="var(--panel)" strokeWidth="1.8" />
        </>
      )}
    </svg>
  )
}

export type SignName = 'done' | 'failed' | 'running' | 'waiting' | 'unknown' | 'warning' | 'skipped'
const SIGN_WORDS: Record<SignName, string> = {
  done: 'done',
  failed: 'failed',
  running: 'running',
  waiting: 'waiting',
  unknown: 'not known',
  warning: 'warning',
  skipped: 'left out',
}
/** How a step, a check or a permission stands. */
export function Sign({ sign, size = 12 }: { sign: SignName; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 12 12"
      role="img"
      aria-label={SIGN_WORDS[sign]}
      fill="none"
      strokeWidth="1.8"
    >
      {sign === 'done' && <path d="m2 6.5 2.7 2.7L10 3.5" stroke="var(--green)" />}
      {sign === 'failed' && (
        <path d="m2.5 2.5 7 7M9.5 2.5l-7 7" stroke="var(--red)" strokeWidth="2" />
      )}
      {sign === 'running' && (
        <>
          <circle cx="6" cy="6" r="4.5" stroke="var(--line)" />
          <path d="M6 1.5A4.5 4.5 0 0 1 10.5 6" stroke="var(--accent)" />
        </>
      )}
      {sign === 'waiting' && (
        <circle cx="6" cy="6" r="4.2" stroke="var(--edge)" strokeWidth="1.5" />
      )}
      {sign === 'unknown' && (
        <path d="m2 6.5 2.7 2.7L10 3.5" stroke="var(--ink3)" strokeDasharray="2 1.6" />
      )}
      {sign === 'warning' && (
        <>
          <path d="M6 .8 11.6 11H.4Z" fill="var(--yellowfill)" />
          <path d="M6 4.2v3.2M6 8.6v1.1" stroke="var(--panel)" strokeWidth="1.4" />
        </>
      )}
      {sign === 'skipped' && <path d="M2.5 6h7" stroke="var(--ink3)" />}
    </svg>
  )
}
/** Hatches and dots for every drawing on the page: url(#hatch-cloud), url(#hatch-unknown), url(#dots-forecast). Rendered once by the frame. */
export const Patterns = () => (
  <svg width="0" height="0" style={{ position: 'absolute' }} aria-hidden="true">
    <defs>
      <pattern
        id="hatch-cloud"
        width="5"
        height="5"
        patternUnits="userSpaceOnUse"
        patternTransform="rotate(45)"
      >
        <rect width="5" height="5" fill="var(--cloudsoft)" />
        <rect width="2.4" height="5" fill="var(--cloudfill)" />
      </pattern>
      <pattern
        id="hatch-unknown"
        width="5"
        height="5"
        patternUnits="userSpaceOnUse"
        patternTransform="rotate(45)"
      >
        <rect width="1.4" height="5" fill="var(--edge)" />
      </pattern>
      <pattern id="dots-forecast" width="4" height="4" patternUnits="userSpaceOnUse">
        <circle cx="1.5" cy="1.5" r=".8" fill="var(--edge)" />
      </pattern>
    </defs>
  </svg>
)
