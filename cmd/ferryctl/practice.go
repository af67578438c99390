package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"ferry/core"
	"ferry/core/practice"
)

// practiceLine is what a client needs to speak to the practice environment. Its secrets open nothing else.
type practiceLine struct {
	Org            string `json:"org"`
	Authority      string `json:"authority"`
	Tenant         string `json:"tenant"`
	ClientID       string `json:"clientId"`       // signs in with the secret, or as a person with it
	Secret         string `json:"secret"`         // of clientId
	PublicClientID string `json:"publicClientId"` // signs in as a person, without a secret
	Person         string `json:"person"`
	CAFile         string `json:"caFile"`
	Halo           string `json:"halo"` // the address of the practice Halo
	HaloTenant     string `json:"haloTenant"`
	HaloClientID   string `json:"haloClientId"`
	HaloSecret     string `json:"haloSecret"`
}

func practiceCommand(ctx context.Context, t *terminal, args []string) int {
	s := flag.NewFlagSet("practice", flag.ContinueOnError)
	rows := pairs{}
	seed := s.Uint64("seed", 1, "the same seed gives the same people and companies")
	s.Var(rows, "rows", "how many rows a table has, TABLE=N; may be repeated (default: 500 accounts, 1400 contacts)")
	world := pairs{}
	s.Var(world, "halo", "how the practice Halo behaves, NAME=VALUE, as in links=ignored or requests=1000; may be repeated")
	script := s.String("script", "", "file with faults to practise: 429, cut connections, expired tokens (JSON)")
	ca := s.String("ca", "", "where the certificate authority's file goes (default: a temporary folder)")
	asJSON := s.Bool("json", false, "one JSON object on stdout")
	if code, ok := parseFlags(t, s, asJSON, args); !ok {
		return code
	}
	options, err := practiceOptions(rows, world, *script)
	if err != nil {
		return t.tell(*asJSON, err)
	}
	options.Seed, options.Log = *seed, t.log
	env, err := practice.Start(ctx, options)
	if err != nil {
		return t.tell(*asJSON, err)
	}
	defer env.Close()
	path := *ca
	if path == "" {
		folder, err := os.MkdirTemp("", "ferry-practice-")
		if err != nil {
			return t.tell(*asJSON, err)
		}
		defer os.RemoveAll(folder)
		path = filepath.Join(folder, "practice-ca.pem")
	}
	if err := env.WriteCA(path); err != nil {
		return t.tell(*asJSON, err)
	}
	showPractice(t, env, path, *asJSON)
	<-ctx.Done()
	for _, what := range env.Unknown() { // a person who tries another client wants to know why it was answered 501
		fmt.Fprintln(t.err, "not played:", what)
	}
	return exitWell
}

// practiceOptions reads what the flags say of the practice environment.
func practiceOptions(rows, world pairs, script string) (practice.Options, error) {
	options := practice.Options{Rows: map[string]int{}}
	for table, text := range rows {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return options, wrongUse("A number of rows cannot be read.", "Write it like this: -rows account=500")
		}
		options.Rows[table] = n
	}
	for name, value := range world {
		if err := options.Halo.Put(name, value); err != nil {
			return options, wrongUse("The practice Halo cannot be set to "+name+"="+value+".", "Write it like this: -halo links=ignored -halo pageCap=50")
		}
	}
	if script != "" {
		text, err := os.ReadFile(script)
		if err == nil {
			options.Script, err = practice.ParseScript(text)
		}
		if err != nil {
			return options, &core.Fault{Kind: core.Wrong, Code: "ferryctl.script", Owner: core.You, Err: err,
				Cause: "The file with faults cannot be read.", Remedy: "Look at the file named with -script: it must be a JSON array of steps."}
		}
	}
	return options, nil
}

// showPractice tells where the practice environment is, and how one gets into it.
func showPractice(t *terminal, env *practice.Environment, ca string, asJSON bool) {
	l := practiceLine{env.Org, env.Authority, env.Tenant, env.SecretApp, env.Secret, env.ClientID, env.Person.UPN, ca,
		env.HaloAddress, practice.HaloTenant, practice.HaloClientID, practice.HaloSecret}
	if asJSON {
		line(t.out, l)
	} else {
		fmt.Fprintf(t.out, `The practice environment runs on this computer until you press Ctrl+C.

  address           %s
  sign-in service   %s
  tenant            %s
  client ID         %s
  client secret     %s
  certificate       %s

  Halo              %s
  its tenant        %s
  its client ID     %s
  its secret        %s

Try it in another terminal:

  SSL_CERT_FILE=%s FERRY_CLIENT_SECRET='%s' \
    ferryctl import -org %s -authority %s \
    -client-id %s -to sqlite:practice.db

and into the practice Halo:

  SSL_CERT_FILE=%s FERRY_CLIENT_SECRET='%s' FERRY_HALO_CLIENT_ID=%s FERRY_HALO_SECRET='%s' \
    ferryctl import -org %s -authority %s -client-id %s \
    -to halo:%s -set tenant=%s -set link-module=77
`, l.Org, l.Authority, l.Tenant, l.ClientID, l.Secret, l.CAFile, l.Halo, l.HaloTenant, l.HaloClientID, l.HaloSecret, l.CAFile, l.Secret, l.Org, l.Authority, l.ClientID,
			l.CAFile, l.Secret, l.HaloClientID, l.HaloSecret, l.Org, l.Authority, l.ClientID, l.Halo, l.HaloTenant)
	}
}
