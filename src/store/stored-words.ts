/** How a database without a type of its own for it stores yes and no. */
export type Flag = 0 | 1;

export type Severity = 'low' | 'medium' | 'high' | 'critical';
