const PATHS = {
  map: 'M2 6h8a4 4 0 0 1 0 8H2M4 4v4M8 4v4M5 12v4M9 12v4',
  search: 'M8 3.2a4.8 4.8 0 1 1 0 9.6 4.8 4.8 0 0 1 0-9.6M11.5 11.5 15.5 15.5',
  data: 'M3 5c0-3 12-3 12 0v8c0 3-12 3-12 0V5c0 3 12 3 12 0M3 9c0 3 12 3 12 0',
  line: 'M2 9h3M13 9h3M5 5.5h8v7H5ZM8 8l2.2 1.2L8 10.4Z',
  burst: 'M2.5 14.5h6v-5h-6ZM11 3.5h4.5V8M15.2 3.8 9.5 9.5',
  drift: 'M2 14c2.5 0 2.5-8 5-8s2.5 8 5 8M6 14c2.5 0 3-10 5.5-10S14 14 16 14',
  money: 'M3 15V9M7 15V5M11 15v-4M15 15V3M2 15.5h14',
  flow: 'M2 5h9M2 9h13M2 13h6M11 3v4M8 11v4',
  cluster: 'M3 3h5v5H3ZM10 3h5v5h-5ZM3 10h5v5H3ZM10 10h5v5h-5Z',
  settings: 'M3 5h7M13 5h2M3 13h2M8 13h7M11.5 3.3v3.4M6.5 11.3v3.4',
  mark: 'M9 2v14M3 6h12M3 12h12',
  file: 'M4 2.5h6.5L14 6v9.5H4ZM10 2.5V6.5h4M6.5 9.5h5M6.5 12h5',
  close: 'M5 5l8 8M13 5l-8 8',
  up: 'M4 11l5-5 5 5',
  down: 'M4 7l5 5 5-5',
  right: 'M7 4l5 5-5 5',
  left: 'M11 4 6 9l5 5',
  check: 'm4 9.5 3.2 3.2L14 5.5',
  copy: 'M6 6h8v9H6ZM4 12V3h8',
  person: 'M9 9a3 3 0 1 0 0-6 3 3 0 0 0 0 6M3 16c0-7 12-7 12 0',
  more: 'M4 9h.01M9 9h.01M14 9h.01',
  plus: 'M9 3v12M3 9h12',
  clock: 'M9 2.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13M9 5v4l3 2',
} as const
export type IconName = keyof typeof PATHS

/** A line icon, 18 px unless told; decoration only, so the words beside it carry the meaning. */
export const Icon = ({
  name,
  size = 18,
  weight = 1.4,
}: {
  name: IconName
  size?: number
  weight?: number
}) => (
  <svg
    width={size}
    height={size}
    viewBox="0 0 18 18"
    fill="none"
    stroke="currentColor"
    strokeWidth={weight}
    strokeLinejoin="round"
    strokeLinecap="round"
    aria-hidden="true"
  >
    <path d={PATHS[name]} />
  </svg>
)
/** The mark of Takt: two lines and the beat across them. */
export const Mark = () => (
  <svg width="22" height="22" viewBox="0 0 22 22" role="img" aria-label="Takt">
    <path d="M3 7h16M3 15h16" stroke="currentColor" strokeWidth="2" opacity=".45" />
    <path d="M11 3v16" stroke="currentColor" strokeWidth="2.6" />
  </svg>
)
