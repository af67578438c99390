package setup

import (
	"regexp"
	"strings"
	"unicode"
)

// A class is what a label says about the value beside it.
type class int

const (
	classNone     class = iota
	classOther          // an ID or a password that Ferry does not need
	classObject         // an object ID
	classSecretID       // the ID of a secret
	classExpires
	classSecret
	classPassword // a password: of az, or of a person
	classTenant
	classClient
	classOrg
)

// A naming is one way in which people name a value. Strong names say what they mean; weak ones only hint at it.
type naming struct {
	class  class
	strong bool
	words  *regexp.Regexp
}

// allNames are compiled once and never change.
var allNames = names()

// names are looked for in a label that was put into plain form: lower case, one blank between words.
func names() []naming {
	strong := func(c class, words string) naming { return naming{c, true, regexp.MustCompile(words)} }
	weak := func(c class, words string) naming { return naming{c, false, regexp.MustCompile(words)} }
	const (
		id = `(?:id|guid|kennung|identifier|nummer|uuid)`
		of = `(?:id|identifiant|identificador|identificatore|identyfikator|kennung) (?:de la |de l |dell |della |del |de |do |da |du |des |der |di |d |van de |van het |van |of the |of )?`
	)
	return []naming{
		strong(classOther, ` (?:correlation|trace|request|activity|session|message|subscription|abonnements?|abonnement|abbonamento|environment|umgebungs?|omgevings?|organi[sz]ations?|user|benutzer|ticket|case|account|principal|device|business unit|instance|record|solution|api|permission|scope|role|rollen|vault|x ms [a-z ]{1,60}|cross tenant|korrelations?|korrelation) `+id+` `),
		strong(classOther, ` `+of+`(?:corr[eé]lations?|correlación|suscripción|abonnement|entorno|environnement|organisation|organización|usuario|utilisateur) `),
		strong(classOther, ` (?:pfx|proxy|certificate|zertifikats?|certificat|user|benutzer|admin|wlan|wifi|vpn|windows|domain) ?(?:password|passwort|kennwort|mot de passe|contraseña|wachtwoord) | passphrase `),
		strong(classOther, ` (?:thumbprint|fingerabdruck|empreinte|huella|vingerafdruk) `),
		strong(classSecretID, ` (?:secret|key|credential|geheime?n?|geheimnis|clientgeheimnis|schlüssel|segreto) `+id+` | (?:secretid|keyid) | id (?:secret[ao]|segreto) `),
		strong(classSecretID, ` (?:id|identifiant|identificador|identificatore|kennung) (?:de la |de l |dell |della |del |de |do |da |du |des |der |di |d |van de |van het |van |of the |of )(?:client )?(?:secreto?|segredo|segreto|geheim|geheimnisses|geheimen|clé|schlüssels|clave|chave) |シークレット id`),
		strong(classObject, ` (?:object|objekt|objet|objeto|oggetto|objects) `+id+` | objectid | id (?:oggetto|objeto) |オブジェクト id`),
		strong(classObject, ` `+of+`(?:objet|objeto|oggetto|object|objekts?|obiektu) `),
		strong(classExpires, ` (?:expires?|expiry|expiration|expiring|valid until|valid till|valid to|valid through|good until|end date|enddate|ends|runs out|läuft ab|läuft am|läuft|ablauf|ablaufdatum|abläuft|gültig bis|gültigkeit|endet|enddatum|valable jusqu|valide jusqu|expire|date de fin|vence|vencimiento|caduca|caducidad|válido hasta|expira|expiración|verloopt|vervalt|vervaldatum|verloopdatum|geldig tot|einddatum|scade|scadenza|valido fino|válido até|validade|wygasa|utgår) |有効期限`),
		weak(classExpires, ` (?:secret|valid|gültig|geheimnis|key|schlüssel|secreto|secret|valable|geldig|valido|válido) (?:.* )?(?:until|till|to|bis|bis zum|jusqu au|hasta|hasta el|tot|fino al|até) $`),
		strong(classSecret, ` (?:client ?secrets?|secret value|app secret|application secret|secret text|secret key|client key|app key|application key|geheimer? client ?schlüssel|geheimen client ?schlüssel|client ?geheimnis|geheimer schlüssel|anwendungs ?geheimnis|app geheimnis|wert des geheimnisses|geheimniswert|secret client|secret du client|secret de client|clé secrète|secret de l application|valeur du secret|secreto (?:de|del) cliente|secreto de la aplicación|clave secreta|valor del secreto|client ?geheim|geheime waarde|toepassings ?geheim|segreto (?:del )?client|valore segreto|segredo (?:do|de) cliente|valor do segredo|klienthemlighet) |クライアント シークレット|シークレットの値`),
		weak(classSecret, ` (?:secrets?|geheimnis|geheim|secreto|segreto|segredo|schlüssel|clé|clave|chave|key|value|wert|valeur|valor|waarde|valore|värde) |シークレット`),
		strong(classPassword, ` (?:app(?:lication)? |client )?(?:password|passwort|kennwort|mot de passe|contraseña|wachtwoord|pwd) `),
		strong(classTenant, ` (?:tenant|tenants|directory|verzeichnis|mandanten?|aad|katalog|map|tenancy|entra) (?:tenant |mandant |mandanten )?`+id+` | (?:tenantid|directoryid) | (?:azure|azure ad|primary|primäre?|tenant|entra) (?:domain|domäne|domaine|dominio|domein|name)`),
		strong(classTenant, ` `+of+`(?:annuaire|répertoire|directorio|diretório|directory|locataire|inquilino|tenant|verzeichnisses|mandanten|katalogu|dzierżawy) |ディレクトリ テナント id|テナント id`),
		weak(classTenant, ` (?:tenant|mandant|mandanten|directory|verzeichnis|annuaire|répertoire|locataire|directorio|inquilino|diretório|domain|domäne|domaine|dominio|domein|authority) `),
		strong(classClient, ` (?:client|application|app|anwendungs?|applikations?|toepassings?|program|programm|apps?) (?:client |cliente )?`+id+` | (?:clientid|appid|applicationid|anwendungsid) | id (?:applicazione|client) `),
		strong(classClient, ` `+of+`(?:application|aplicación|aplicativo|applicazione|client|cliente|app|toepassing|anwendung|aplikacji|klienta) |アプリケーション クライアント id`),
		weak(classClient, ` (?:client|application|app|anwendung|applikation|aplicación|aplicativo|applicazione|toepassing|cliente) |クライアント`),
		strong(classOrg, ` (?:organi[sz]ations?|organisations|environment|instance|dynamics|dynamics 365|365|crm|dataverse|server|d365|umgebungs?|instanz|resource|org|organización|entorno|environnement|omgevings?|web) (?:url|uri|address|adresse|link|host|dirección|adres) | url (?:de l |de la |del |de |d )?(?:environnement|organisation|entorno|organización|umgebung|omgeving) `),
		weak(classOrg, ` (?:url|uri|address|adresse|server|resource|environment|umgebung|environnement|entorno|omgeving|organi[sz]ation|dynamics|crm) `),
	}
}

// A reader knows the names.
type reader struct{ names []naming }

// A reading is what a label says.
type reading struct {
	class  class
	strong bool
}

// read tells what a label says about the value behind it: strong names before weak ones, later before earlier. Only
// classes for which fits is true count.
func (r *reader) read(label string, fits func(class) bool) reading {
	words := plainWords(label)
	if len(words) <= 2 {
		return reading{}
	}
	var best reading
	at := -1
	for _, n := range r.names {
		if !fits(n.class) || best.strong && !n.strong {
			continue
		}
		end := lastEnd(n.words, words)
		if end < 0 || n.strong == best.strong && end <= at {
			continue
		}
		best, at = reading{n.class, n.strong}, end
	}
	return best
}

// lastEnd is where the last match of a pattern ends. Neighbouring matches may share a blank.
func lastEnd(pattern *regexp.Regexp, text string) int {
	end := -1
	for from := 0; from < len(text); {
		m := pattern.FindStringIndex(text[from:])
		if m == nil {
			break
		}
		end = from + m[1]
		if next := from + m[1] - 1; next > from {
			from = next
		} else {
			from++
		}
	}
	return end
}

// plainWords puts a label into plain form: " client id " for clientID, CLIENT_ID, Client-ID and "(client) ID:".
func plainWords(label string) string {
	var b strings.Builder
	b.Grow(len(label) + 8)
	b.WriteByte(' ')
	var last rune = ' '
	runes := []rune(label)
	for i, r := range runes {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r):
			next := i+1 < len(runes) && unicode.IsLower(runes[i+1])
			if last != ' ' && unicode.IsUpper(r) && (unicode.IsLower(last) || unicode.IsUpper(last) && next) {
				b.WriteByte(' ')
			}
			b.WriteRune(unicode.ToLower(r))
			last = r
		case last != ' ':
			b.WriteByte(' ')
			last = ' '
		}
	}
	if last != ' ' {
		b.WriteByte(' ')
	}
	return b.String()
}
