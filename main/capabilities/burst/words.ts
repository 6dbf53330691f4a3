const HOUR_S = 3600
/** A span as people say it: "40 s", "12 min", "2 h 05". */
export const spanText = (seconds: number): string =>
  seconds < 90
    ? `${String(Math.round(seconds))} s`
    : seconds < 5400
      ? `${String(Math.round(seconds / 60))} min`
      : `${String(Math.floor(seconds / HOUR_S))} h ${String(Math.floor((seconds % HOUR_S) / 60)).padStart(2, '0')}`
export const usdText = (usd: number): string => `$${usd.toFixed(2)}`
export const cents = (usd: number): number => Math.round(usd * 100) / 100
