/** Every text about revisions. */
export const words = {
  save: 'Save a revision', means: 'binds what is needed to do this again', score: 'Reproducible', workItem: 'Work item', note: 'What was done', parameters: 'Parameters', parametersHelp: 'one name=value a line', metrics: 'Metrics', metricsHelp: 'one name=number a line',
  binds: 'What it binds', missing: 'Missing', badLine: (line: string) => `"${line}" is not name=value.`, badNumber: (line: string) => `"${line}" is not name=number.`, noItem: 'There is no work item in this project.', close: 'Close', reproduce: 'Reproduce…', reproduceAs: 'New environment',
  columns: { number: 'Revision', note: 'What was done', by: 'Saved by', saved: 'Saved', score: 'Reproducible', drift: 'Drift' }, unchecked: 'not checked', drift: { none: 'none', watch: 'watch', act: 'act' },
  parts: { code: 'Code', data: 'Data', parameters: 'Parameters', images: 'Images', packages: 'Packages', metrics: 'Metrics', machine: 'Machine' },
}
