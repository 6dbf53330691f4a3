import { Hono, type Context } from 'hono'
import { timestamp } from '../../../kernel/clock'
import type { Engine } from '../engine'
import { WORKED_IN } from '../gpu-use'
import type { Pod } from '../objects'
import { filesOf, type PodFiles } from './files'
import { programOf, type Program } from './images'
import { lastSeen, runningAt, WORK, workOf, type SimulatedWork } from './work'

export interface PageBindings {
  pod: Pod
}
type PageContext = Context<{ Bindings: PageBindings }>

/** When somebody last worked in a pod, by its uid; the pod's start where nobody has yet. */
export type Activity = Map<string, number>

const NOTE = 'notes.md'
const MOST_LETTERS = 20_000
const MOST_MINUTES = 10_000
const MOST_WORK = 20
const TITLES: Record<Program, string> = {
  jupyter: 'Jupyter',
  vscode: 'VS Code',
  rstudio: 'RStudio',
  mlflow: 'MLflow',
  python: 'Python',
  training: 'Training',
  server: 'Server',
}

/** The page behind a simulated server: says that it is simulated, answers health paths, and keeps a note on the pod's volume. */
export function makePage(engine: Engine, activity: Activity): Hono<{ Bindings: PageBindings }> {
  const app = new Hono<{ Bindings: PageBindings }>()
  const lastActive = (pod: Pod) =>
    timestamp(lastActivity(pod, { activity, now: engine.api.clock.now() }))
  const status = (context: PageContext) => {
    const { pod } = context.env
    return context.json({
      started: pod.status?.startTime,
      last_activity: lastActive(pod),
      connections: 0,
      kernels: programOf(pod) === 'jupyter' ? 1 : 0,
      simulated: true,
    })
  }
  const save = async (context: PageContext) => {
    const { pod } = context.env
    // The forward stands open on loopback, so another site's page could post to it.
    if (context.req.header('sec-fetch-site') === 'cross-site')
      return context.text('Only this page may save its note.', 403)
    const { note } = await context.req.parseBody()
    if (typeof note !== 'string' || note.length > MOST_LETTERS)
      return context.text(`A note is text of at most ${String(MOST_LETTERS)} letters.`, 400)
    const files = filesOf(engine, pod)
    const problem = files.write(notePath(files), note.replaceAll('\r\n', '\n'))
    if (problem) return context.text(`Not saved: ${problem}`, 507)
    activity.set(pod.metadata.uid ?? '', engine.api.clock.now())
    return context.redirect(context.req.path, 303)
  }
  app.use(async (context, next) => {
    await next()
    context.header(
      'content-security-policy',
      "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    )
    context.header('x-content-type-options', 'nosniff')
    context.header('cache-control', 'no-store')
  })
  // Servers live under a prefix where they are told one (NB_PREFIX), so paths are matched by their end.
  const begin = async (context: PageContext) => {
    if (context.req.header('sec-fetch-site') === 'cross-site')
      return context.text('Only this page may begin work.', 403)
    const { kind, minutes } = await context.req.parseBody()
    const length = Number(minutes)
    if ((kind !== 'cell' && kind !== 'command') || !(length > 0 && length <= MOST_MINUTES))
      return context.text(
        `Work is a cell or a command of at most ${String(MOST_MINUTES)} minutes.`,
        400,
      )
    const { pod } = context.env
    const from = engine.api.clock.now()
    const work: SimulatedWork = {
      kind,
      name: kind === 'cell' ? 'python3' : 'train.py',
      from,
      until: from + length * 60_000,
    }
    engine.api.update(
      {
        ...pod,
        metadata: {
          ...pod.metadata,
          annotations: {
            ...pod.metadata.annotations,
            [WORK]: JSON.stringify([...workOf(pod), work].slice(-MOST_WORK)),
          },
        },
      },
      'kubelet',
    )
    return context.redirect(context.req.path.replace(/run$/, ''), 303)
  }
  app.get('*', (context) => {
    const { path } = context.req
    if (/\/api\/status$/.test(path)) return status(context)
    if (/\/api\/kernels$/.test(path))
      return context.json(kernels(context.env.pod, activity, engine))
    if (/\/api\/terminals$/.test(path)) return context.json(terminals(context.env.pod, engine))
    if (/\/api\/?$/.test(path)) return context.json({ version: '2.18.0' })
    if (/\/(health|healthz|ping|ready|livez)$/.test(path))
      return context.json({ status: 'ok', simulated: true })
    if (/\/api\/contents$/.test(path))
      return context.json({
        type: 'directory',
        content: [...filesOf(engine, context.env.pod).list()].map(([name, text]) => ({
          name,
          size: text.length,
        })),
      })
    return context.html(
      home(context.env.pod, filesOf(engine, context.env.pod), lastActive(context.env.pod)),
    )
  })
  app.post('*', (context) => (/\/run$/.test(context.req.path) ? begin(context) : save(context)))
  return app
}

const notePath = (files: PodFiles) => `${files.workspace() ?? ''}/${NOTE}`
const escaped = (text: string) =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')

function home(pod: Pod, files: PodFiles, lastActive: string): string {
  const title = TITLES[programOf(pod)]
  const every = files.list()
  const rows = [...every]
    .filter(([path]) => !path.includes('/.'))
    .map(([path, text]) => `<tr><td>${escaped(path)}</td><td>${String(text.length)} B</td></tr>`)
    .join('')
  const note = every.get(notePath(files)) ?? ''
  const editor =
    files.workspace() === undefined
      ? '<p>No volume is mounted, so nothing written here would be kept.</p>'
      : `<form method="post"><label for="note">${escaped(notePath(files))}</label><textarea id="note" name="note" rows="10">${escaped(note)}</textarea><button>Save</button></form>`
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title} · ${escaped(pod.metadata.name)} · simulated</title>
<style>body{font:15px/1.5 system-ui,sans-serif;margin:0;color:#1c2430;background:#f5f7fa}header{padding:14px 28px;background:#fff;border-bottom:3px dashed #8a94a3}main{padding:20px 28px;max-width:860px}
table{border-collapse:collapse;background:#fff;width:100%}td,th{border:1px solid #d8dee6;padding:5px 10px;text-align:left}textarea{display:block;width:100%;box-sizing:border-box;font:14px ui-monospace,monospace;margin:6px 0}b{border:1px dashed #44505f;padding:1px 8px}</style></head>
<body><header><h1>${title} <b>simulated</b></h1>${escaped(pod.metadata.namespace ?? '')} / ${escaped(pod.metadata.name)} on ${escaped(pod.spec.nodeName ?? '')} · last activity ${lastActive}</header>
<main><p>This page stands where the real server would. Nothing runs here, but what you write is kept on the workspace volume, survives a restart, and goes into its snapshots.</p>
<h2>Files</h2><table><thead><tr><th>Path</th><th>Size</th></tr></thead><tbody>${rows || '<tr><td colspan="2">The volume is empty.</td></tr>'}</tbody></table><h2>Note</h2>${editor}<h2>Work</h2><form method="post" action="run"><input type="hidden" name="minutes" value="120"><p>What runs prints nothing until it ends. <button name="kind" value="cell">Run a cell for two hours</button> <button name="kind" value="command">Run a command in a terminal for two hours</button></p></form></main></body></html>`
}

/** Jupyter's kernels: a cell that runs makes its kernel busy and leaves its last activity where the cell began. */
function kernels(pod: Pod, activity: Activity, engine: Engine): unknown[] {
  if (programOf(pod) !== 'jupyter') return []
  const now = engine.api.clock.now()
  const busy = runningAt(pod, now).some(({ kind }) => kind === 'cell')
  return [
    {
      id: pod.metadata.uid,
      name: 'python3',
      last_activity: timestamp(lastActivity(pod, { activity, now })),
      execution_state: busy ? 'busy' : 'idle',
      connections: 0,
    },
  ]
}
const terminals = (pod: Pod, engine: Engine): unknown[] => {
  const seen = lastSeen(pod, 'command', engine.api.clock.now())
  return seen === 0 ? [] : [{ name: '1', last_activity: timestamp(seen) }]
}

function lastActivity(pod: Pod, { activity, now }: { activity: Activity; now: number }): number {
  const start =
    Date.parse(pod.status?.containerStatuses?.[0]?.state.running?.startedAt ?? '') || now
  const own = Math.max(start, activity.get(pod.metadata.uid ?? '') ?? 0, lastSeen(pod, 'cell', now))
  return pod.metadata.annotations?.[WORKED_IN] === undefined ? own : now
}
