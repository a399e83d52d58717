import type { UserRole } from '../../store/database.ts';

/** From the one who may least to the one who may most. */
export const ROLES = ['viewer', 'analyst', 'lead', 'admin'] as const satisfies readonly UserRole[];

/** Whether a role may do what another is needed for. */
export function reaches(role: UserRole, needed: UserRole): boolean {
	return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

/** The one of two roles that may less. */
export function lesser(a: UserRole, b: UserRole): UserRole {
	return reaches(a, b) ? b : a;
}
