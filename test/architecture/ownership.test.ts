import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const PORT = 'main/platform/kubernetes/types.ts'
const WRITES = new Set(['create', 'apply', 'replace', 'mergePatch', 'remove'])
/** Commands of AWS that take away, change or end something that stands. */
const AWS_WRITES =
  /^(?!Create|Put|Register|Start)\w*(?:Delete|Update|Terminate|Tag|Untag|Abort)\w*Command$/

/** How a call proves that it touches only what it may; anything else than these words is a reason, in a sentence. */
const PROOFS: Record<string, RegExp> = {
  uid: /\buid\b/,
  version: /resourceVersion|patchOf\(/,
  'dry run': /dryRun(?:: true|\b)/,
}
/**
 * Every call that can change or take away what stands in a cluster, with its proof. A new one belongs here only with a proof on the object:
 * use `removeProved`, `applyProved` (`applyAll`, `applyOne`), or send the uid or the version of what was read.
 */
const CLUSTER_WRITES: Record<string, string> = {
  'main/capabilities/backlog/service.ts #write mergePatch': 'version',
  'main/capabilities/burst/budget-stops.ts setStops mergePatch': 'version',
  'main/capabilities/burst/move/original.ts patch mergePatch':
    'Its caller hands the uid of what was read, and the body carries it.',
  'main/capabilities/burst/move/original.ts removeWhole remove': 'uid',
  'main/capabilities/burst/move/original.ts setActive mergePatch': 'uid',
  'main/capabilities/burst/notebook/marks.ts mark mergePatch': 'uid',
  'main/capabilities/burst/policy.ts stop mergePatch':
    'The kill switch is pulled whatever somebody writes into the one policy meanwhile.',
  'main/capabilities/capacity/published.ts publish apply':
    'Sums under a fixed name in the namespace of Takt itself, which the steward alone may write.',
  'main/capabilities/catalog/service.ts setToolStage mergePatch': 'version',
  'main/capabilities/cloud/work.ts turnNode mergePatch':
    'The body carries the uid of the node that was read; only one that Takt closed is opened.',
  'main/capabilities/cloud/work.ts evict create': 'The body carries the uid as a precondition.',
  'main/capabilities/drift/reviews/merge.ts mergeGroup mergePatch': 'version',
  'main/capabilities/environments/proved.ts patchPart mergePatch':
    'The labels or the owner are asked first, and the body carries the uid.',
  'main/capabilities/environments/proved.ts patchRecord mergePatch':
    'The body carries the uid of the record that was meant.',
  'main/capabilities/flow/worklog.ts record mergePatch':
    'The body carries the version of the item that was read.',
  'main/capabilities/objects/apply-plan.ts putOnce mergePatch': 'version',
  'main/capabilities/objects/changing.ts setField mergePatch':
    'The body is patchOf the very object that was read.',
  'main/capabilities/objects/delete-plan.ts lookAtDeletion remove': 'dry run',
  'main/capabilities/objects/delete-plan.ts removeExactly remove': 'uid',
  'main/capabilities/objects/field-plans.ts tryOut mergePatch': 'dry run',
  'main/capabilities/objects/many-look.ts tryOne remove': 'dry run',
  'main/capabilities/objects/rollback.ts putBack mergePatch': 'version',
  'main/capabilities/operations/claims.ts #write replace':
    'The Lease goes back with the version that was read, and only when nobody else holds it.',
  'main/capabilities/operations/claims.ts release remove': 'uid',
  'main/capabilities/ownership/apply.ts applyProved apply': 'uid',
  'main/capabilities/ownership/namespaces.ts adoptNamespace mergePatch': 'uid',
  'main/capabilities/ownership/remove.ts removeProved remove': 'uid',
  'main/capabilities/plans/preview.ts look apply': 'dry run',
  'main/capabilities/projects/edit.ts write mergePatch': 'version',
  'main/capabilities/projects/namespace.ts unadopt mergePatch': 'uid',
  'main/capabilities/projects/namespace.ts unmakeNamespace remove': 'uid',
  'main/capabilities/projects/pod-security.ts patch mergePatch': 'uid',
  'main/capabilities/projects/pod-security.ts planPodSecurity mergePatch': 'dry run',
  'main/capabilities/records/service.ts patchStatus mergePatch':
    'The status of a record of Takt that the same operation has made or read.',
  'main/capabilities/revisions/plan.ts run mergePatch': 'uid',
  'main/capabilities/steward/lease.ts #write replace':
    'The Lease goes back with the version that was read.',
  'main/capabilities/steward/lease.ts resign replace':
    'The Lease goes back with the version that was read.',
}
/** Every call of an adapter that changes or takes away something of an account, and what proves there that it may. */
const CLOUD_WRITES: Record<string, string> = {
  'main/capabilities/cloud/adopt.ts mark tag':
    'A lead chose this very group; one that another cluster marked is refused.',
  'main/capabilities/cloud/orphans.ts instance terminate':
    'Swept again right before: what does not bear the mark of this cluster ends as overtaken.',
  'main/capabilities/cloud/orphans.ts upload abort':
    'Swept again right before: what does not bear the mark of this cluster ends as overtaken.',
  'main/capabilities/cloud/orphans.ts volume deleteVolume':
    'Swept again right before: what does not bear the mark of this cluster ends as overtaken.',
  'main/capabilities/cloud/work.ts #letGoOurs letGo':
    'Its only caller asks the tags of the group first, and the node has to carry its label.',
  'main/capabilities/cloud/work.ts #scale scale': 'Asks the tags of the group that was read.',
  'main/capabilities/cloud/work.ts remove remove':
    'Asks the tags of the group that was read: only what Takt made is deleted.',
}

const config = ts.readConfigFile(join(root, 'main/tsconfig.json'), ts.sys.readFile.bind(ts.sys))
const parsed = ts.parseJsonConfigFileContent(config.config, ts.sys, join(root, 'main'))
const program = ts.createProgram(parsed.fileNames, parsed.options)
const checker = program.getTypeChecker()
const sources = program
  .getSourceFiles()
  .map((file) => ({ file, path: relative(root, file.fileName) }))
  .filter(
    ({ path }) =>
      path.startsWith('main/') && !path.startsWith('main/plant/') && !path.includes('/testing/'),
  )

function* nodesOf(node: ts.Node): Generator<ts.Node> {
  yield node
  const children: ts.Node[] = []
  ts.forEachChild(node, (child) => void children.push(child))
  for (const child of children) yield* nodesOf(child)
}
/** The name of the innermost function with a name, or of what holds it. */
function placeOf(node: ts.Node): string {
  for (let at: ts.Node | undefined = node; at; at = at.parent) {
    const named =
      ts.isFunctionDeclaration(at) || ts.isMethodDeclaration(at)
        ? at.name
        : (ts.isVariableDeclaration(at) || ts.isPropertyAssignment(at)) &&
            at.initializer &&
            (ts.isArrowFunction(at.initializer) || ts.isCallExpression(at.initializer))
          ? at.name
          : undefined
    if (named) return named.getText()
  }
  return ''
}
const ofThePort = (name: ts.MemberName) =>
  checker
    .getSymbolAtLocation(name)
    ?.declarations?.some((declared) => declared.getSourceFile().fileName.endsWith(PORT)) === true

function clusterWrites(): { key: string; text: string }[] {
  return sources.flatMap(({ file, path }) =>
    [...nodesOf(file)].flatMap((node) => {
      if (!ts.isPropertyAccessExpression(node) || !WRITES.has(node.name.text)) return []
      if (!ofThePort(node.name)) return []
      const { parent } = node
      const text = ts.isCallExpression(parent) ? parent.getText() : node.getText()
      // Creating never touches what stands, but for an eviction, which takes a pod away.
      if (node.name.text === 'create' && !/eviction/.test(text)) return []
      return [{ key: `${path} ${placeOf(node)} ${node.name.text}`, text }]
    }),
  )
}

test('every call that changes or removes what stands in a cluster proves that it may', () => {
  const found = clusterWrites()
  expect([...new Set(found.map(({ key }) => key))].sort()).toEqual(
    Object.keys(CLUSTER_WRITES).sort(),
  )
  for (const { key, text } of found) {
    const proof = CLUSTER_WRITES[key] ?? ''
    const shown = PROOFS[proof]
    if (shown) expect(text, `${key} shows its proof`).toMatch(shown)
    else expect(proof, `${key} gives a reason`).toMatch(/^\w.{30,}\.$/)
  }
})

/** The functions of adapters that send a command of AWS which changes or takes away. */
function cloudWriters(): Set<ts.Declaration> {
  const writers = new Set<ts.Declaration>()
  for (const { file } of sources)
    for (const node of nodesOf(file)) {
      if (!ts.isPropertyAccessExpression(node) || !AWS_WRITES.test(node.name.text)) continue
      let at: ts.Node = node
      while (
        at.parent &&
        !(
          (ts.isPropertyAssignment(at) || ts.isMethodDeclaration(at)) &&
          ts.isReturnStatement(at.parent.parent)
        )
      )
        at = at.parent
      if (!ts.isPropertyAssignment(at) && !ts.isMethodDeclaration(at))
        throw new Error(`${node.getText()} is sent by no function of an adapter`)
      writers.add(at)
    }
  return writers
}

test('every call that changes or takes away something of an account proves that it may', () => {
  const writers = cloudWriters()
  expect([...writers].map((writer) => ts.getNameOfDeclaration(writer)?.getText()).sort()).toEqual([
    'abort',
    'deleteVolume',
    'letGo',
    'remove',
    'scale',
    'tag',
    'terminate',
  ])
  const found = sources.flatMap(({ file, path }) =>
    [...nodesOf(file)].flatMap((node) => {
      if (!ts.isPropertyAccessExpression(node)) return []
      const declared = checker.getSymbolAtLocation(node.name)?.declarations ?? []
      return declared.some((one) => writers.has(one))
        ? [`${path} ${placeOf(node)} ${node.name.text}`]
        : []
    }),
  )
  expect([...new Set(found)].sort()).toEqual(Object.keys(CLOUD_WRITES).sort())
  for (const [key, reason] of Object.entries(CLOUD_WRITES))
    expect(reason, `${key} gives a reason`).toMatch(/^\w.{30,}\.$/)
})

/** What an operation says that it rests on: asked before its steps, or why nothing has to be. A new kind belongs here with a premise of its own. */
const ASK_FIRST = [
  'burst-move',
  'burst-return',
  'cloud-drain',
  'cloud-scale',
  'notebook-move',
  'notebook-return',
  'object-delete',
  'ship',
]
const SAY_WHY_NOT = [
  'burst-ask',
  'burst-layout',
  'burst-policy',
  'cloud-adopt',
  'cloud-create-pool',
  'cloud-remove-orphan',
  'environment-change',
  'environment-provision',
  'notebook-ask',
  'object-apply',
  'object-field',
  'object-rollback',
  'objects-many',
  'prepare',
  'project-ask',
  'project-create',
  'project-delete',
  'project-fulfil',
  'project-members',
  'project-pod-security',
  'revision-drift-check',
  'revision-save',
  'snapshot-release',
  'snapshot-take',
  'source-add',
  'tool-test',
  'work-item-hand-over',
]
/** Kinds whose steps ask by themselves. */
const IN_STEPS = ['environment-change', 'cloud-remove-orphan']

test('every kind of operation says what it rests on, and what acts asks it again before its steps', () => {
  const kinds = sources.flatMap(({ file }) =>
    [...nodesOf(file)].flatMap((node) => {
      if (!ts.isObjectLiteralExpression(node)) return []
      const of = (name: string) =>
        node.properties.find(
          (one): one is ts.PropertyAssignment =>
            ts.isPropertyAssignment(one) && one.name.getText() === name,
        )?.initializer
      const [kind, premise] = [of('kind'), of('premise')]
      if (!kind || !ts.isStringLiteral(kind) || !of('steps') || !of('cancelLeaves')) return []
      const type = premise && checker.getTypeAtLocation(premise)
      const asks = type?.getProperty('asks')
      // A constant of the type Premise is one that asks: one that does not is written where it stands.
      return [{ kind: kind.text, text: premise?.getText() ?? '', asks: asks !== undefined }]
    }),
  )
  const named = (asks: boolean) =>
    kinds
      .filter((one) => one.asks === asks)
      .map(({ kind }) => kind)
      .sort()
  expect(named(true)).toEqual(ASK_FIRST)
  expect(named(false)).toEqual(SAY_WHY_NOT)
  expect(SAY_WHY_NOT).toEqual(expect.arrayContaining(IN_STEPS))
  for (const { kind, text, asks } of kinds)
    if (!asks) expect(text, `${kind} says why`).toMatch(/says:\s*['"`].{20,}\./s)
})
