import type { Constraint } from '../../../contracts/constraints.ts';
import { combinationsRule, dependsRule, oneHotRule } from './level-rules.ts';
import { missingIfRule, missingTogetherRule } from './missing-rules.ts';
import { bandsRule, datePartRule, linearRule, multipleRule, orderRule, productRule } from './number-rules.ts';
import type { ColumnsByName, Rule } from './rule.ts';

/** Constraints of a single row; uniqueness is between rows. */
export type RowConstraint = Exclude<Constraint, { type: 'unique' }>;

export function isRowConstraint(constraint: Constraint): constraint is RowConstraint {
	return constraint.type !== 'unique';
}

/** @throws MODEL_INVALID if the columns are not those that the constraint is about. */
export function compileRule(constraint: RowConstraint, columns: ColumnsByName): Rule {
	switch (constraint.type) {
		case 'depends':
			return dependsRule(constraint, columns);
		case 'bands':
			return bandsRule(constraint, columns);
		case 'combinations':
			return combinationsRule(constraint, columns);
		case 'one-hot':
			return oneHotRule(constraint, columns);
		case 'missing-together':
			return missingTogetherRule(constraint, columns);
		case 'missing-if':
			return missingIfRule(constraint, columns);
		case 'multiple':
			return multipleRule(constraint, columns);
		case 'order':
			return orderRule(constraint, columns);
		case 'linear':
			return linearRule(constraint, columns);
		case 'product':
			return productRule(constraint, columns);
		case 'date-part':
			return datePartRule(constraint, columns);
	}
}
