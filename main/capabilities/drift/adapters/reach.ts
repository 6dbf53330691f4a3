import { Engine, type EngineSettings } from './engine'
import { tablesAt } from './files'

/** An engine that reaches the files of these paths and nothing else but, where text has to be converted, the folder for that. */
export async function engineFor(
  paths: readonly string[],
  settings: Omit<EngineSettings, 'sources' | 'workFolder'>,
): Promise<Engine> {
  const tables = await Promise.all(paths.map(tablesAt)),
    converts = tables.some(({ isCsv }) => isCsv)
  return Engine.open({
    ...settings,
    sources: tables.flatMap(({ files }) => files),
    ...(converts && { workFolder: settings.spillFolder }),
  })
}
