export { answer, os, refusal, type Implementer } from './answer'
