export { fileSink, makeLog, silentLog, type Log } from './log'
export { redact, redactText } from './redact'
