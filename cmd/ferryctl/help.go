package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
)

// parseFlags reads the flags of a command; false means that help or a Fault was shown, and the code to end with.
func parseFlags(t *terminal, set *flag.FlagSet, asJSON *bool, args []string) (int, bool) {
	set.SetOutput(io.Discard)
	err := set.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		help(t.out, set)
		return exitWell, false
	case err != nil:
		return t.tell(*asJSON, wrongUse("This cannot be understood: "+err.Error()+".", "ferryctl "+set.Name()+" -h lists the flags.")), false
	case set.NArg() > 0:
		return t.tell(*asJSON, wrongUse(fmt.Sprintf("There is a word too much: %q.", set.Arg(0)), "ferryctl "+set.Name()+" -h lists the flags.")), false
	}
	return exitWell, true
}

// help shows what a command is for and the flags that mean something to it. It takes the others too, so that one set of
// flags serves for several commands.
func help(w io.Writer, set *flag.FlagSet) {
	for _, c := range commands() {
		if c.name == set.Name() {
			fmt.Fprintf(w, "ferryctl %s: %s\n\n", c.name, c.summary)
		}
	}
	example, only := useOf(set.Name())
	fmt.Fprintf(w, "%s\n\nflags:\n", example)
	set.VisitAll(func(f *flag.Flag) {
		if only != nil && !slices.Contains(only, f.Name) {
			return
		}
		kind, text := flag.UnquoteUsage(f)
		fmt.Fprintf(w, "  %-28s %s\n", strings.TrimSpace("-"+f.Name+" "+kind), text)
	})
	fmt.Fprintln(w, "\nferryctl -h tells which environment variables hold secrets, and what the exit codes mean.")
}

// useOf is how a command is called, and the flags that mean something to it: nil is all.
func useOf(name string) (example string, only []string) {
	switch name {
	case "practice":
		return "  ferryctl practice -rows account=100000", nil
	case "check":
		return `  ferryctl check -org https://contoso.crm.dynamics.com -client-id 0000…
  ferryctl check -org https://contoso.crm.dynamics.com -client-id 0000… -certificate ferry.pfx -report report.html
  ferryctl check -org https://crm.contoso.local/Contoso -auth windows -user 'CONTOSO\ada'`, nil
	case "tables":
		return "  ferryctl tables -org https://contoso.crm.dynamics.com -client-id 0000…", nil
	case "settings":
		return "  ferryctl settings          lists the kinds of destination\n  ferryctl settings sqlite   lists the settings of one", []string{"json"}
	case "import":
		return `  ferryctl import -org https://contoso.crm.dynamics.com -client-id 0000… -tables account,contact -to sqlite:contoso.db
  ferryctl import -project contoso.ferry
  ferryctl import -project contoso.ferry -rehearse -rows rehearsal.csv
A rehearsal writes nothing; it ends with 1 when a record would be refused.
The same command again goes on where an import was stopped, and brings what changed when it was complete.`, nil
	case "schema":
		return "  ferryctl schema > ferry.schema.json", []string{}
	case "runs":
		return `  ferryctl runs -project contoso.ferry
  ferryctl runs -project contoso.ferry -report report.html
  ferryctl runs -project contoso.ferry -run 1f0a9c3e -refused refused.csv
Values of records are in no report unless -values is there, and only as far as they are kept: of a refused record, its id,
field and reason are.`, []string{"project", "data", "json", "report", "refused", "run", "values", "forget"}
	case "retry":
		return `  ferryctl retry -project contoso.ferry -list
  ferryctl retry -project contoso.ferry
  ferryctl retry -project contoso.ferry -list -record 1b2c…
  ferryctl retry -project contoso.ferry -record 1b2c… -mend telephone1='+1 425 555 0100'
  ferryctl retry -org https://contoso.crm.dynamics.com -client-id 0000… -to sqlite:contoso.db -run 1f0a9c3e
Give it the same flags as the import. Correct the mapping or the records first; what is read is what Dynamics has now. What an
import is unsure of is looked for first; for what is not found say -there ID=IDTHERE or -send ID, or -send all.
A value of -mend is kept sealed, for this record, and used as long as Dynamics has what it has now. Other programs on this computer
can read what stands in a command; mend what nobody may read in Ferry's window.`, nil
	case "takeback":
		return `  ferryctl takeback -project contoso.ferry -rehearse
  ferryctl takeback -project contoso.ferry
  ferryctl takeback -to sqlite:contoso.db -run 1f0a9c3e
Rows that the import made are removed, those that it changed get their former values, those that it removed come again. Rows
that somebody changed since stay as they are. Newer imports are taken back first. What is needed for it is kept for 30 days,
sealed with a key in the keychain.`, []string{"project", "data", "json", "to", "set", "run", "rehearse"}
	case "compare":
		return `  ferryctl compare -project contoso.ferry
  ferryctl compare -project contoso.ferry -tables account -rows differences.csv -report comparison.html
  ferryctl compare -org https://contoso.crm.dynamics.com -client-id 0000… -tables account,contact -to sqlite:contoso.db
Everything is read with the same mappings and filters as the import, and nothing is written. It ends with 1 when something
differs and nothing that Ferry knows explains it. What it knows is in the data folder: with -data, name the same as the import did.`, nil
	}
	return "  ferryctl " + name, []string{"to", "json"}
}
