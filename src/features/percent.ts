/** A share in words: `0.5 %`, `12 %`; never `100 %` for what is less, nor `0 %` for what is more. */
export function percent(share: number): string {
	const value = share * 100;
	if (value < 10) return `${Number(value.toPrecision(value < 1 ? 1 : 2))} %`;
	return `${value >= 100 ? 100 : Math.min(99, Math.round(value))} %`;
}
