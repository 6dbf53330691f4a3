export { answer, os, refusal, type CallContext, type Implementer } from './answer'
export { whole } from './whole'
