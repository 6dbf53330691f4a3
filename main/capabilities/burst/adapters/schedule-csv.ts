import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { toCsv } from '../../../../preload/contract/text/csv'
import type { Replayed } from '../domain/run'

/** Writes where and when every job ran, and every cloud node, so that anyone can check a replay without trusting it. */
export async function writeSchedule(
  folder: string,
  name: string,
  replayed: Replayed,
): Promise<void> {
  const { ids } = replayed.setting.jobs
  const jobs = replayed.runs
    .filter((run) => run.endS > run.startS)
    .flatMap((run) =>
      run.shares.map(({ node, gpus }) => [
        ids[run.job] ?? '',
        run.place,
        `${run.place}-${node}`,
        gpus,
        run.startS,
        run.endS,
      ]),
    )
  const nodes = replayed.cloudNodes.map((node) => [`cloud-${node.id}`, node.launchS, node.releaseS])
  await mkdir(folder, { recursive: true })
  await writeFile(
    join(folder, `${name}.jobs.csv`),
    toCsv(['job_id', 'place', 'node', 'gpus', 'start_s', 'end_s'], jobs),
  )
  await writeFile(
    join(folder, `${name}.nodes.csv`),
    toCsv(['node', 'launch_s', 'release_s'], nodes),
  )
}
