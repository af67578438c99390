package halo

// Instance is what an administrator has set up in the practice Halo: custom fields of every type and custom tables,
// without any customer.
func Instance() Seed {
	return Seed{
		Tables: []Table{
			{Name: "Voyages", Fields: []Field{
				{Name: "CFVoyageId", Label: "Voyage id", Limit: 100}, {Name: "CFVoyage", Label: "Voyage"}, {Name: "CFFrom", Label: "From", Type: TypeDate},
			}},
			{Name: "Vessels", Fields: []Field{
				{Name: "CFVesselId", Label: "Vessel id", Limit: 100}, {Name: "CFVesselName", Label: "Name"}, {Name: "CFVesselNumber", Label: "Number"},
				{Name: "CFVesselClass", Label: "Class", Type: TypeSingle, Options: []string{"Barque=100000000", "Brig=100000001", "Schooner"}},
				{Name: "CFVesselAfloat", Label: "Afloat", Type: TypeCheckbox}, {Name: "CFVoyages", Label: "Voyages", Type: TypeTable, Of: "Voyages"},
			}, Rows: []Values{
				{"CFVesselId": "own-1", "CFVesselName": "Halcyon", "CFVesselClass": "Brig", "CFVesselAfloat": true, "CFVoyages": []Values{{"CFVoyageId": "own-1-1", "CFVoyage": "First"}}},
				{"CFVesselId": "own-2", "CFVesselName": "Kingfisher", "CFVesselAfloat": false},
			}},
			{Name: "Berths", LinkTo: 2, Fields: []Field{{Name: "CFBerth", Label: "Berth"}, {Name: "CFLength", Label: "Length"}}},
		},
		Fields: []Field{
			{Table: 2, Name: "CFDynamicsId", Label: "Dynamics id", Limit: 100},
			{Table: 2, Name: "CFRemark", Label: "Remark", Type: TypeMemo},
			{Table: 2, Name: "CFTier", Label: "Tier", Type: TypeSingle, Options: []string{"Preferred Customer=1", "Standard=2", "Prospect"}},
			{Table: 2, Name: "CFSegments", Label: "Segments", Type: TypeMulti, Options: []string{"Owners=1", "Charterers=2", "Yards"}},
			{Table: 2, Name: "CFSince", Label: "Customer since", Type: TypeDate},
			{Table: 2, Name: "CFOpens", Label: "Opens at", Type: TypeTime},
			{Table: 2, Name: "CFKeyAccount", Label: "Key account", Type: TypeCheckbox},
			{Table: 2, Name: "CFBerths", Label: "Berths", Type: TypeTable, Of: "Berths"},
			{Table: 2, Name: "CFContract", Label: "Contract", Type: TypeDynamic},
			{Table: 2, Name: "CFStory", Label: "Story", Type: TypeRich},
			{Table: 3, Name: "CFSiteCode", Label: "Site code", Limit: 20},
			{Table: 4, Name: "CFUserDynamicsId", Label: "Dynamics id", Limit: 100},
			{Table: 4, Name: "CFNewsletter", Label: "Newsletter", Type: TypeCheckbox},
			{Table: 4, Name: "CFChannel", Label: "Preferred channel", Type: TypeSingle, Options: []string{"Any=1", "Email=2", "Phone=3"}},
		},
	}
}
