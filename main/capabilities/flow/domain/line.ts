export {
  DISCOVERY_STATIONS,
  MLOPS_STATIONS,
  Station,
  WorkEvent,
} from '../../../../preload/contract/records/work'
