// Reads the reports of the suites: which files failed, and what the totals are.
import { existsSync, readFileSync } from 'node:fs'

/** More files than these do not fail by a busy machine: trying them again would only take longer to say so. */
const MOST_AGAIN = 6

const read = (file) => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined)
const failedFiles = (report) =>
  report.testResults.filter(({ status }) => status === 'failed').map(({ name }) => name)
const FAILED = (test) => test.status === 'failed'
const skippedIn = (test) => ['pending', 'skipped', 'todo'].includes(test.status)
const shorten = (text) => text.slice(0, 2000)

/** A file's tests, and one failure more where the file itself failed. */
function count(files) {
  const total = { passed: 0, failed: 0, skipped: 0 }
  for (const { name, status, message, assertionResults } of files) {
    for (const test of assertionResults) {
      if (test.status === 'passed') total.passed++
      if (skippedIn(test)) {
        total.skipped++
        console.log(`skipped: ${test.fullName}`)
      }
      if (FAILED(test)) {
        total.failed++
        console.log(
          `failed: ${name}: ${test.fullName}\n${shorten(test.failureMessages.join('\n'))}`,
        )
      }
    }
    if (status !== 'failed' || assertionResults.some(FAILED)) continue
    total.failed++
    console.log(`failed: ${name}\n${shorten(message ?? '')}`)
  }
  return total
}

function totalsOf(folder, suite) {
  const first = read(`${folder}/${suite}.json`)
  if (!first) {
    console.log(`No results of ${suite}.`)
    return { passed: 0, failed: 1, skipped: 0 }
  }
  const again = new Map(
    (read(`${folder}/${suite}.again.json`)?.testResults ?? []).map((file) => [file.name, file]),
  )
  for (const file of first.testResults.filter(({ name }) => again.has(name))) {
    const names = file.assertionResults.filter(FAILED).map(({ fullName }) => fullName)
    const how =
      again.get(file.name).status === 'failed'
        ? 'failed twice'
        : 'passed only when run again and alone'
    console.log(
      `${how}: ${file.name}: ${names.join('; ') || 'the file itself'}\n${shorten(file.assertionResults.flatMap(({ failureMessages }) => failureMessages ?? []).join('\n') || (file.message ?? ''))}`,
    )
  }
  return count(first.testResults.map((file) => again.get(file.name) ?? file))
}

const [, , task, ...args] = process.argv
if (task === 'failed') {
  const report = read(args[0])
  const files = report ? failedFiles(report) : []
  if (files.length <= MOST_AGAIN) for (const file of files) console.log(file)
} else {
  const [folder, failedBefore, ...suites] = args
  const all = suites.map((suite) => totalsOf(folder, suite))
  const sum = (key) => all.reduce((total, one) => total + one[key], 0)
  const failures = sum('failed')
  if (failedBefore !== '0' && failures === 0) console.log('A check above failed.')
  const failed = failedBefore !== '0' && failures === 0 ? 1 : failures
  console.log(`${sum('passed')} passed, ${failed} failed, ${sum('skipped')} skipped`)
  process.exit(failed > 0 ? 1 : 0)
}
