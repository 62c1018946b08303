// Keys that the coordinator gives to members. Overlay design, decision 5.
#include "netlayer/identity/key_office.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "netlayer/overlay/tree.hpp"
#include "tests/netlayer/driver/temporary_folder.hpp"

namespace tributary::netlayer {
namespace {

Key office_key(KeyOffice& office, ProcessId id, const std::string& name) {
    const auto keys = office.keys_for(id, name);
    return keys ? keys->key : kNoKey;
}

class TreeKeys : public ::testing::Test {
 protected:
    KeyOffice open(KeyRule rule = KeyRule::organization) { return *KeyOffice::open(file(), rule); }
    [[nodiscard]] std::filesystem::path file() const { return folder_.path() / "keys.csv"; }
    Error problem_of(const std::string& text) {
        std::ofstream(file()) << text;
        const auto opened = KeyOffice::open(file(), KeyRule::organization);
        return opened ? Error{} : opened.error();
    }

    TemporaryFolder folder_;
};

TEST_F(TreeKeys, MembersOfOneOrganizationAndOfOneSiteAreNeighbours) {
    KeyOffice office = open();
    std::map<std::string, std::vector<Key>> of_site;
    std::map<std::string, std::vector<Key>> of_organization;
    ProcessId id = 0;
    for (int sensor = 0; sensor < 5; ++sensor) {
        for (const std::string organization : {"clinic", "plant", "bank"}) {
            for (const std::string site : {"north", "south"}) {
                const std::string name = organization + "." + site + "." + std::to_string(sensor);
                const Key key = office_key(office, ++id, name);
                of_site[organization + site].push_back(key);
                of_organization[organization].push_back(key);
            }
        }
    }

    for (const auto& groups : {of_site, of_organization}) {
        for (const auto& [group, own] : groups) {
            const auto [low, high] = std::minmax_element(own.begin(), own.end());
            for (const auto& [other, theirs] : groups) {
                for (const Key key : theirs) {
                    EXPECT_TRUE(other == group || key < *low || key > *high) << group << other;
                }
            }
        }
    }
}

TEST_F(TreeKeys, NamesInOrderBuildNoPath) {
    KeyOffice office = open();
    overlay::Tree tree;

    for (ProcessId id = 1; id <= 256; ++id) {
        ASSERT_TRUE(tree.join(office_key(office, id, "organization" + std::to_string(id))));
    }

    EXPECT_LE(tree.height(), 24U);
}

TEST_F(TreeKeys, AMemberKeepsItsKeyOverRestarts) {
    const Key before = open().keys_for(7, "clinic")->key;
    ASSERT_TRUE(open().keys_for(8, "plant"));

    KeyOffice again = open();

    EXPECT_EQ(again.keys_for(7, "clinic")->key, before);
    EXPECT_EQ(again.rows().size(), 2U);
    EXPECT_EQ(again.rows().front(), (KeyRow{7, before, kNoKey, "clinic"}));
}

TEST_F(TreeKeys, TheHashRuleScattersAnOrganization) {
    KeyOffice office = open(KeyRule::hash);
    std::vector<std::pair<Key, bool>> keys;
    for (ProcessId id = 1; id <= 64; ++id) {
        const bool clinic = id % 2 == 0;
        keys.emplace_back(office_key(office, id, clinic ? "clinic" : "plant"), clinic);
    }
    std::sort(keys.begin(), keys.end());

    int changes = 0;
    for (std::size_t i = 1; i < keys.size(); ++i) {
        changes += keys[i].second != keys[i - 1].second ? 1 : 0;
    }

    EXPECT_GT(changes, 10);  // by the organization rule there is one
}

/// Members 1 to `count`, each of which got objects from a partner.
OverlayView observed(const KeyOffice& office, const std::map<ProcessId, ProcessId>& partners) {
    std::map<ProcessId, Key> keys;
    for (const KeyRow& row : office.rows()) keys[row.id] = row.key;
    OverlayView view;
    for (const auto& [id, partner] : partners) {
        MemberView member;
        member.report.id = id;
        member.report.key = keys.at(id);
        member.report.partners = {{keys.at(partner), 100}};
        view.members.push_back(member);
    }
    return view;
}

TEST_F(TreeKeys, BisectionBringsPartnersTogetherAndIsKept) {
    KeyOffice office = open(KeyRule::hash);
    for (ProcessId id = 1; id <= 8; ++id) {
        ASSERT_TRUE(office.keys_for(id, "m" + std::to_string(id)));
    }
    // 1 with 5, 2 with 6, 3 with 7, 4 with 8.
    std::map<ProcessId, ProcessId> partners;
    for (ProcessId id = 1; id <= 8; ++id) partners[id] = id <= 4 ? id + 4 : id - 4;

    ASSERT_TRUE(office.bisect(observed(office, partners)));

    std::vector<KeyRow> rows = open().rows();
    EXPECT_EQ(rows, office.rows());
    std::sort(rows.begin(), rows.end(),
              [](const KeyRow& a, const KeyRow& b) { return a.key < b.key; });
    for (std::size_t i = 0; i < rows.size(); i += 2) {
        EXPECT_EQ(partners.at(rows[i].id), rows[i + 1].id);
    }
    const auto newcomer = office.keys_for(9, "m9");
    ASSERT_TRUE(newcomer);
    for (const KeyRow& row : rows) EXPECT_NE(row.key, newcomer->key);
}

TEST_F(TreeKeys, AMemberMayStandAtItsOldKeyUntilItJoinsWithTheNewOne) {
    KeyOffice office = open(KeyRule::hash);
    for (ProcessId id = 1; id <= 4; ++id) {
        ASSERT_TRUE(office.keys_for(id, "m" + std::to_string(id)));
    }
    const Key old = office_key(office, 1, "m1");
    ASSERT_TRUE(office.bisect(observed(office, {{1, 3}, {2, 4}, {3, 1}, {4, 2}})));
    const MemberKeys both = *office.keys_for(1, "m1");

    ASSERT_TRUE(office.joined(1, old));  // with a card from before
    const MemberKeys still = *office.keys_for(1, "m1");
    ASSERT_TRUE(office.joined(1, both.key));

    EXPECT_EQ(both.before, old);
    EXPECT_EQ(still, both);
    EXPECT_EQ(*office.keys_for(1, "m1"), (MemberKeys{both.key, kNoKey}));
    EXPECT_EQ(open().rows(), office.rows());
}

TEST_F(TreeKeys, WithoutDemandThereIsNothingToBisect) {
    KeyOffice office = open();
    ASSERT_TRUE(office.keys_for(1, "clinic"));

    const auto bisected = office.bisect({});

    ASSERT_FALSE(bisected);
    EXPECT_EQ(bisected.error().code, Errc::invalid_argument);
}

TEST_F(TreeKeys, ADamagedFileIsRefusedByLine) {
    EXPECT_NE(problem_of("1,5,0,clinic\nplant\n").message.find("line 2"), std::string::npos);
    EXPECT_EQ(problem_of("1,0,0,clinic\n").code, Errc::corrupt);
    EXPECT_EQ(problem_of("0,5,0,clinic\n").code, Errc::corrupt);
    EXPECT_EQ(problem_of("1,5,0,clinic\n2,5,0,plant\n").code, Errc::corrupt);
    EXPECT_EQ(problem_of("1,5,0,clinic\n1,6,0,plant\n").code, Errc::corrupt);
    EXPECT_EQ(problem_of("1,18446744073709551615,0,clinic\n").code, Errc::corrupt);
    EXPECT_EQ(problem_of("1,5,9,clinic\n2,9,0,plant\n").code, Errc::corrupt);
    EXPECT_EQ(problem_of("1,5,clinic\n").code, Errc::corrupt);
    EXPECT_EQ(problem_of("1,5x,0,clinic\n").code, Errc::corrupt);
}

}  // namespace
}  // namespace tributary::netlayer
