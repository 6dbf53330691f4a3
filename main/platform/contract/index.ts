export { answer, os, refusal, type Implementer } from './answer'
export { whole } from './whole'
