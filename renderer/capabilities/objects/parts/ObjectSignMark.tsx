import type { ObjectSign } from '../../../../preload/contract/objects'
import { words } from '../words'

/** How an object stands: shape and fill, with a word for those who do not see it. */
export function ObjectSignMark({
  sign,
  size = 10,
  silent = false,
}: {
  sign: ObjectSign
  size?: number
  silent?: boolean
}) {
  const named = silent ? { 'aria-hidden': true } : { role: 'img', 'aria-label': words.signs[sign] }
  return (
    <svg width={size} height={size} viewBox="0 0 10 10" fill="none" {...named}>
      {sign === 'running' && <circle cx="5" cy="5" r="4" fill="var(--onpremfill)" />}
      {sign === 'starting' && (
        <circle
          cx="5"
          cy="5"
          r="3.6"
          stroke="var(--onpremfill)"
          strokeWidth="1.8"
          strokeDasharray="1.6 1.6"
        />
      )}
      {sign === 'waiting' && (
        <circle cx="5" cy="5" r="3.6" stroke="var(--ink2)" strokeWidth="1.5" />
      )}
      {sign === 'done' && (
        <path d="m1.5 5.4 2.3 2.3L8.6 2.6" stroke="var(--ink3)" strokeWidth="1.6" />
      )}
      {sign === 'warning' && (
        <>
          <path d="M5 .6 9.7 9.2H.3Z" fill="var(--yellowfill)" />
          <path d="M5 3.5v2.7M5 7.2v1" stroke="var(--panel)" strokeWidth="1.2" />
        </>
      )}
      {sign === 'failed' && <path d="m2 2 6 6M8 2l-6 6" stroke="var(--red)" strokeWidth="1.9" />}
      {sign === 'ending' && (
        <path d="M1.6 5h6.8" stroke="var(--ink2)" strokeWidth="1.8" strokeDasharray="2 1.4" />
      )}
      {sign === 'unknown' && (
        <circle
          cx="5"
          cy="5"
          r="3.6"
          stroke="var(--ink3)"
          strokeWidth="1.4"
          strokeDasharray="2 1.6"
        />
      )}
    </svg>
  )
}
