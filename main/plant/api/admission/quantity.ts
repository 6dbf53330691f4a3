import { parseQuantity } from '../../../kernel/quantities'

const BINARY: [number, string][] = [
  [2 ** 60, 'Ei'],
  [2 ** 50, 'Pi'],
  [2 ** 40, 'Ti'],
  [2 ** 30, 'Gi'],
  [2 ** 20, 'Mi'],
  [2 ** 10, 'Ki'],
]
const DECIMAL: [number, string][] = [
  [1e18, 'E'],
  [1e15, 'P'],
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
]
const isBinary = (text: unknown): boolean => /[KMGTPE]i$/.test(String(text))

/** Writes a number the way the server does: the largest unit that leaves a whole number, binary where the model text is. */
export function formatQuantity(amount: number, like: unknown = ''): string {
  if (!Number.isInteger(amount)) return `${Math.round(amount * 1000)}m`
  if (amount === 0) return '0'
  const units = isBinary(like) ? BINARY : DECIMAL
  const unit = units.find(([size]) => Math.abs(amount) >= size && amount % size === 0)
  return unit ? `${amount / unit[0]}${unit[1]}` : String(amount)
}
export const amountOf = (value: unknown): number =>
  typeof value === 'string' || typeof value === 'number' ? (parseQuantity(value) ?? 0) : 0
