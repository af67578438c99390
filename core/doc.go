// Package core is Ferry's dictionary: the nouns, the contracts, the values and the Fault.
// It does no I/O, holds no policy and imports nothing but the standard library.
//
//	         pages of records          rows
//	Source ───────────────────▶ Mapping ─────▶ Destination
//	                               │               │ one Outcome per row
//	                               └──▶ Journal ◀──┘ ──▶ Receipt: what the person reads at the end
//
// Data flows left to right, once; only outcomes come back. The journal is the only memory: it makes an
// import resumable, repeatable without doubles and explainable. Stopping is pausing: there is no pause,
// only stop and go on.
//
// Start with system.go (who speaks), record.go (what is carried) and fault.go (what is said when it fails).
// To add a destination, read core/sqlite: one Driver function, and one line in the list that both mains pass.
package core
