package dataverse

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ferry/core"
	"ferry/core/practice"
	"ferry/core/practice/practicetest"
)

func TestTheLeastThatAServerTellsIsEnough(t *testing.T) {
	f := newFake(t, nil)
	d, err := f.source.Describe(context.Background(), "thing")
	if err != nil {
		t.Fatal(err)
	}
	if d.Set != "things" || d.Key != "thingid" || d.Title != "name" || d.Name.Display != "Thing" || d.Tracked {
		t.Errorf("got %+v", d)
	}
	want := map[string]string{
		"thingid": "id true", "name": "text true", "size": "integer true", "ownerid": "owner true", "owneridtype": "table false",
		"tags": "choices true", "picture": "image true", "picture_url": "text true", "secret": "text false", "createdon": "datetime true", "derived": "other false",
	}
	for _, field := range d.Fields {
		if got := fmt.Sprint(field.Type, " ", field.Readable); got != want[field.Name] {
			t.Errorf("%s: got %s, want %s", field.Name, got, want[field.Name])
		}
		delete(want, field.Name)
	}
	if len(want) > 0 {
		t.Errorf("missing: %v", want)
	}
	names, err := f.source.Tables(context.Background())
	if err != nil || len(names) != 1 || names[0].Logical != "thing" {
		t.Errorf("tables: %v %v", names, err)
	}
}

func TestQuestionsThatAServerDoesNotUnderstandAreAskedMoreSimply(t *testing.T) {
	f := newFake(t, nil)
	f.answer = func(w http.ResponseWriter, r *http.Request) bool {
		if strings.Contains(r.URL.Path, "EntityDefinitions") && r.URL.Query().Has("$select") {
			refuse(w, 400, "0x80060888", "Could not find a property named 'IsPrivate'")
			return true
		}
		return false
	}
	if d, err := f.source.Describe(context.Background(), "thing"); err != nil || d.Field("name") == nil {
		t.Errorf("got %v", err)
	}
	if names, err := f.source.Tables(context.Background()); err != nil || len(names) != 1 {
		t.Errorf("tables: %v %v", names, err)
	}
}

func TestAServerThatAnswersForNoSingleTableIsAskedForAll(t *testing.T) {
	f := newFake(t, nil)
	f.answer = func(w http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "EntityDefinitions(LogicalName='thing')") {
			refuse(w, 501, "", "")
			return true
		}
		return false
	}
	if d, err := f.source.Describe(context.Background(), "thing"); err != nil || d.Set != "things" {
		t.Errorf("got %v", err)
	}
}

func TestTypesComeFromCastsAndLabelsInTheWantedLanguage(t *testing.T) {
	answer := func(w http.ResponseWriter, r *http.Request) bool {
		option := func(value int, de, en string) string {
			return fmt.Sprintf(`{"Value":%d,"State":%d,"Label":{"LocalizedLabels":[{"Label":%q,"LanguageCode":1031},{"Label":%q,"LanguageCode":1033}],"UserLocalizedLabel":{"Label":%q,"LanguageCode":1031}}}`, value, value, de, en, de)
		}
		switch path := r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]; path {
		case "Attributes":
			_, _ = fmt.Fprint(w, `{"value":[{"LogicalName":"thingid","AttributeTypeName":{"Value":"UniqueidentifierType"}},
				{"LogicalName":"kind","AttributeType":"Picklist"},{"LogicalName":"flag","AttributeType":"Boolean"},{"LogicalName":"day","AttributeType":"DateTime"},
				{"LogicalName":"local","AttributeType":"DateTime"},{"LogicalName":"ref","AttributeType":"Lookup"},{"LogicalName":"text","AttributeType":"String"}]}`)
		case "Microsoft.Dynamics.CRM.PicklistAttributeMetadata":
			_, _ = fmt.Fprintf(w, `{"value":[{"LogicalName":"kind","OptionSet":null,"GlobalOptionSet":{"Options":[%s,%s]}}]}`, option(1, "Eins", "One"), option(2, "Zwei", "Two"))
		case "Microsoft.Dynamics.CRM.BooleanAttributeMetadata":
			_, _ = fmt.Fprintf(w, `{"value":[{"LogicalName":"flag","OptionSet":{"TrueOption":%s,"FalseOption":%s}}]}`, option(1, "Ja", "Yes"), option(0, "Nein", "No"))
		case "Microsoft.Dynamics.CRM.DateTimeAttributeMetadata":
			_, _ = fmt.Fprint(w, `{"value":[{"LogicalName":"day","Format":"DateOnly","DateTimeBehavior":{"Value":"DateOnly"}},{"LogicalName":"local","Format":"DateOnly","DateTimeBehavior":{"Value":"UserLocal"}}]}`)
		case "Microsoft.Dynamics.CRM.LookupAttributeMetadata":
			refuse(w, 404, "0x80060888", "")
		case "Microsoft.Dynamics.CRM.StringAttributeMetadata":
			_, _ = fmt.Fprint(w, `{"value":[{"LogicalName":"text","MaxLength":"many"}]}`)
		case "ManyToOneRelationships":
			_, _ = fmt.Fprint(w, `{"value":[{"SchemaName":"a","ReferencedEntity":"contact","ReferencingAttribute":"ref","ReferencingEntityNavigationPropertyName":"new_Ref_contact"},
				{"SchemaName":"b","ReferencedEntity":"account","ReferencingAttribute":"ref","ReferencingEntityNavigationPropertyName":"new_Ref_account"}]}`)
		case "OneToManyRelationships":
			_, _ = fmt.Fprint(w, `{"value":[{"SchemaName":"thing_part","ReferencingEntity":"part","ReferencingAttribute":"new_thing","ReferencedEntityNavigationPropertyName":"new_Parts"}]}`)
		case "Keys":
			_, _ = fmt.Fprint(w, `{"value":[{"KeyAttributes":["text"],"EntityKeyIndexStatus":"Active"},{"KeyAttributes":["day"],"EntityKeyIndexStatus":"Failed"}]}`)
		default:
			return false
		}
		return true
	}
	for language, labels := range map[int][]string{0: {"Eins", "Nein", "Thing"}, 1031: {"Eins", "Nein", "Ding"}, 1033: {"One", "No", "Thing"}, 1036: {"Eins", "Nein", "Thing"}} {
		f := newFake(t, func(f *fake, c *Config) { c.Language, f.answer = language, answer })
		d, err := f.source.Describe(context.Background(), "thing")
		if err != nil {
			t.Fatal(err)
		}
		if d.Field("kind").Options[0].Label != labels[0] || d.Field("flag").Options[0] != (core.Option{Code: 0, Label: labels[1], Other: language == 1036}) || d.Name.Display != labels[2] {
			t.Errorf("language %d: %+v %+v %s", language, d.Field("kind").Options, d.Field("flag").Options, d.Name.Display)
		}
		if d.Field("day").Type != core.TypeDate || d.Field("local").Type != core.TypeDateTime {
			t.Error("a calendar day and an instant were mixed up")
		}
		ref := d.Field("ref")
		if !slices.Equal(ref.Targets, []string{"account", "contact"}) || ref.Nav["contact"] != "new_Ref_contact" {
			t.Errorf("the lookup is %+v", ref)
		}
		if len(d.Keys) != 1 || d.Keys[0][0] != "text" || len(d.Relations) != 1 || d.Relations[0].Table != "part" || d.Relations[0].Nav != "new_Parts" {
			t.Errorf("keys %v, relations %v", d.Keys, d.Relations)
		}
	}
}

func TestASourceSpeaksTheLanguageItIsToldTo(t *testing.T) {
	e := practicetest.New(t, practice.Options{Rows: map[string]int{"account": 1}})
	s := connect(t, e, func(c *Config) { c.Language = 0 })
	other := func() (n int) {
		d, err := s.Describe(t.Context(), "account")
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range d.Field("statecode").Options {
			if o.Other {
				n++
			}
			if o.Label == "" {
				t.Errorf("an option without any label: %+v", o)
			}
		}
		return n
	}
	if n := other(); n != 0 {
		t.Errorf("%d labels are in another language than one's own", n)
	}
	s.Speak(1036)
	if n := other(); n == 0 {
		t.Error("nothing says that the labels are not French")
	}
	s.Speak(0)
	if n := other(); n != 0 {
		t.Errorf("back in one's own language %d labels are in another", n)
	}
}

func TestMetadataIsAskedForOnceByManyAndAgainLater(t *testing.T) {
	now := time.Unix(0, 0)
	var mu sync.Mutex
	f := newFake(t, func(_ *fake, c *Config) {
		c.Now = func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
	})
	count := func() (n int) {
		f.mu.Lock()
		defer f.mu.Unlock()
		for _, r := range f.asked {
			if strings.HasSuffix(r.URL.Path, "/Attributes") {
				n++
			}
		}
		return n
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, err := f.source.Describe(context.Background(), "thing"); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if count() != 1 {
		t.Errorf("asked %d times", count())
	}
	mu.Lock()
	now = now.Add(metadataAge + time.Second)
	mu.Unlock()
	if _, err := f.source.Describe(context.Background(), "thing"); err != nil || count() != 2 {
		t.Errorf("later: asked %d times, %v", count(), err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := f.source.Describe(ctx, "other"); core.AsFault(err).Kind != core.Stopped {
		t.Errorf("stopped: %v", err)
	}
}

func TestIdentityFallsBackToTheAddress(t *testing.T) {
	f := newFake(t, func(f *fake, _ *Config) {
		f.answer = func(w http.ResponseWriter, r *http.Request) bool {
			if strings.HasPrefix(r.URL.Path, api+"RetrieveCurrentOrganization") || r.URL.Path == api+"WhoAmI" {
				refuse(w, 403, "0x80040220", "")
				return true
			}
			return false
		}
	})
	if got, err := f.source.Identity(context.Background()); err != nil || got.ID != f.URL {
		t.Errorf("got %+v %v", got, err)
	}
	f.answer = func(w http.ResponseWriter, r *http.Request) bool {
		switch {
		case strings.HasPrefix(r.URL.Path, api+"RetrieveCurrentOrganization"):
			refuse(w, 404, "", "")
		case r.URL.Path == api+"WhoAmI":
			_, _ = fmt.Fprintf(w, `{"OrganizationId":"%s","UserId":"%s"}`, strings.ToUpper(id(1)), id(2))
		default:
			return false
		}
		return true
	}
	if got, err := f.source.Identity(context.Background()); err != nil || got.ID != id(1) {
		t.Errorf("got %+v %v", got, err)
	}
}
