/** The part of cephes that is used; its package ships declarations that its export map hides. */
declare module 'cephes' {
  /** Settles once the WebAssembly is compiled; nothing may be called before. */
  export const compiled: Promise<void>
  export function erfc(x: number): number
  export function igamc(a: number, x: number): number
  export function incbet(a: number, b: number, x: number): number
  export function lgam(x: number): number
  export function ndtri(share: number): number
  export function smirnov(n: number, d: number): number
}
