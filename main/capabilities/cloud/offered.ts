/** Types of machines that are offered although no node group of them exists yet; the region says which of them it has. */
export const OFFERED = ['p4d.24xlarge', 'p5.48xlarge', 'g6e.12xlarge', 'g5.12xlarge', 'g5.xlarge']
