/** Columns of equal length. */
export type Matrix = readonly Float64Array[]

/** Eigenvalues (falling) and vectors of a symmetric matrix by Jacobi's rotations. */
export function eigen(symmetric: readonly (readonly number[])[]): {
  values: number[]
  vectors: number[][]
} {
  const size = symmetric.length,
    a = symmetric.map((row) => [...row]),
    v = symmetric.map((_, i) => symmetric.map((__, j) => (i === j ? 1 : 0)))
  for (let round = 0; round < 100; round++) {
    let off = 0
    for (let p = 0; p < size; p++)
      for (let q = p + 1; q < size; q++) {
        off += at(a, p, q) ** 2
        rotate(a, v, [p, q])
      }
    if (off < 1e-24) break
  }
  const order = a.map((_, i) => i).sort((i, j) => at(a, j, j) - at(a, i, i))
  return {
    values: order.map((i) => at(a, i, i)),
    vectors: order.map((i) => v.map((row) => row[i] as number)),
  }
}
const at = (matrix: readonly (readonly number[])[], i: number, j: number): number =>
  (matrix[i] as number[])[j] as number

function rotate(a: number[][], v: number[][], [p, q]: [number, number]): void {
  const apq = at(a, p, q)
  if (Math.abs(apq) < 1e-300) return
  const theta = (at(a, q, q) - at(a, p, p)) / (2 * apq),
    t = Math.sign(theta || 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1))
  const c = 1 / Math.sqrt(t * t + 1),
    s = t * c
  const turn = (row: number[]) => {
    const x = row[p] as number,
      y = row[q] as number
    row[p] = c * x - s * y
    row[q] = s * x + c * y
  }
  a.forEach(turn)
  const top = a[p] as number[],
    bottom = a[q] as number[]
  a[p] = top.map((x, k) => c * x - s * (bottom[k] as number))
  a[q] = top.map((x, k) => s * x + c * (bottom[k] as number))
  v.forEach(turn)
}

/** Principal components of a reference that explain a share of its variance. */
export interface Reconstruction {
  means: number[]
  deviations: number[]
  components: number[][]
}
export interface ReconstructionError {
  value: number
  samplingError: number
}

const mean = (column: Float64Array): number =>
  column.reduce((sum, value) => sum + value, 0) / column.length

/** Learns the components of standardised columns; missing values have to be filled before. */
export function fitReconstruction(columns: Matrix, explained = 0.65): Reconstruction {
  const means = columns.map(mean),
    rows = columns[0]?.length ?? 0
  const deviations = columns.map(
    (column, k) =>
      Math.sqrt(
        column.reduce((sum, value) => sum + (value - (means[k] as number)) ** 2, 0) / rows,
      ) || 1,
  )
  const standard = columns.map((column, k) =>
    column.map((value) => (value - (means[k] as number)) / (deviations[k] as number)),
  )
  const covariance = standard.map((x) =>
    standard.map(
      (y) => x.reduce((sum, value, row) => sum + value * (y[row] as number), 0) / (rows - 1),
    ),
  )
  const { values, vectors } = eigen(covariance),
    total = values.reduce((a, b) => a + b, 0)
  let reached = 0
  const kept = vectors.filter((_, k) => {
    const before = reached
    reached += (values[k] as number) / total
    return before <= explained
  })
  return { means, deviations, components: kept }
}

/** Mean distance between standardised rows and what the components make of them: it grows when columns stop moving together as they did. */
export function reconstructionError(
  { means, deviations, components }: Reconstruction,
  columns: Matrix,
): ReconstructionError {
  const rows = columns[0]?.length ?? 0,
    distances = new Float64Array(rows)
  for (let row = 0; row < rows; row++) {
    const x = columns.map(
      (column, k) => ((column[row] as number) - (means[k] as number)) / (deviations[k] as number),
    )
    const scores = components.map((component) =>
      component.reduce((sum, weight, k) => sum + weight * (x[k] as number), 0),
    )
    distances[row] = Math.sqrt(
      x.reduce(
        (sum, value, k) =>
          sum +
          (value -
            components.reduce(
              (made, component, c) => made + (scores[c] as number) * (component[k] as number),
              0,
            )) **
            2,
        0,
      ),
    )
  }
  const value = mean(distances)
  return {
    value,
    samplingError:
      Math.sqrt(
        distances.reduce((sum, distance) => sum + (distance - value) ** 2, 0) / (rows - 1),
      ) / Math.sqrt(rows),
  }
}
