/** How far running times turn out from their estimates, learnt from jobs that ended: spread of the logarithm of their ratio. */
export class Calibration {
  private count = 0
  private mean = 0
  private squares = 0

  observe(actualS: number, estimateS: number): void {
    if (!(actualS > 0) || !(estimateS > 0)) return
    const value = Math.log(actualS / estimateS)
    this.count += 1
    const before = value - this.mean
    this.mean += before / this.count
    this.squares += before * (value - this.mean)
  }

  get observed(): number {
    return this.count
  }
  /** Of the natural logarithm of actual over estimate; 0 until two jobs have ended. */
  get sigma(): number {
    return this.count < 2 ? 0 : Math.sqrt(this.squares / (this.count - 1))
  }
  get bias(): number {
    return this.mean
  }

  /** The factor on an estimate that a job exceeds as rarely as a normal deviate exceeds z; exactly 1 while estimates are exact. */
  factor(z: number): number {
    return this.sigma < 1e-9 ? 1 : Math.exp(this.mean + z * this.sigma)
  }
}
