// SPDX-License-Identifier: MIT
#include "report_parts.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "mgkit/data/read_folder.hpp"
#include "mgkit/data/synthetic.hpp"

namespace mgfm {

using namespace mgkit;

namespace {

/// The public sets this program was tried on; none of them has micro-gestures. Nothing is known
/// about others.
report::micro_gestures contains_micro_gestures(const data::provenance& about) {
    if (about.synthetic) return report::micro_gestures::no;
    for (const char* known :
         {"Northwestern-UCLA", "MSRC-12", "Motions: 33 people", "Gesture Phase"})
        if (about.name.starts_with(known)) return report::micro_gestures::no;
    return report::micro_gestures::unknown;
}

}  // namespace

report::study_data describe(const corpus& from, const std::string& folder) {
    const auto& clips = from.clips;
    report::study_data out;
    out.name = clips.about.name;
    out.clips = clips.size();
    out.subjects = static_cast<int>(subjects(clips).size());
    out.excluded = from.excluded();
    out.class_names = clips.class_names;
    out.class_groups = clips.class_groups;
    for (const auto& j : clips.topology.joints) out.joint_names.emplace_back(j);
    out.bones = clips.topology.bones();
    out.synthetic = clips.about.synthetic;
    out.generator = clips.about.generator;
    out.folder = folder;
    out.contains = contains_micro_gestures(clips.about);
    out.found = from.found();
    if (!clips.about.caveat.empty()) out.notes.push_back(clips.about.caveat);
    return out;
}

namespace {

constexpr const char* digest_name = "data digest";
constexpr const char* zeros_name = "joints at 0";
constexpr const char* not_finite_name = "NaN and infinity";

}  // namespace

void add_identity(std::vector<report::setting>& settings, const corpus& from,
                  const data_options& data) {
    settings.push_back({digest_name, data::digest_of(from.read).hex()});
    settings.push_back({zeros_name, data.zeros});
    settings.push_back({not_finite_name, data.not_finite});
}

found_clips clips_of_run(const std::vector<report::setting>& settings, const std::string& folder) {
    const auto told = [&](const char* name) {
        for (const auto& s : settings)
            if (s.name == name) return s.value;
        return std::string();
    };
    data_options how;
    how.zeros = told(zeros_name);
    how.not_finite = told(not_finite_name);
    found_clips out{
        folder.empty() ? data::make_synthetic() : data::read_folder(folder, policy(how)).clips,
        true};
    const std::string wanted = told(digest_name);
    out.same = wanted.empty() || wanted == data::digest_of(out.clips).hex();
    return out;
}

std::vector<double> class_counts(const data::clip_set& clips) {
    std::vector<double> out(clips.class_names.size());
    for (const int label : clips.labels) ++out[static_cast<std::size_t>(label)];
    return out;
}

report::study_clip drawn(const data::clip_set& clips, int i) {
    const auto view = clips.clip(i);
    report::study_clip out;
    out.pose.resize(view.shape, view.length);
    std::copy_n(view.values, view.shape.size(), out.pose.view().values);
    out.label = clips.labels[static_cast<std::size_t>(i)];
    out.caption = text("subject ", clips.subjects[static_cast<std::size_t>(i)]);
    out.row = clips.ids[static_cast<std::size_t>(i)];
    return out;
}

std::vector<report::study_retrieval> examples(const study::fold& at,
                                              const study::fold_features& features, int count,
                                              std::size_t hits, int threads) {
    std::vector<report::study_retrieval> out;
    const auto& labels = at.test.labels;
    const int clips = at.test.size();
    count = std::min(count, clips);
    std::set<int> shown_classes;
    for (int e = 0; e < count; ++e) {
        // From here on, the next clip of a class that has not been shown yet.
        const int start = static_cast<int>(static_cast<long long>(e) * clips / count);
        int query = start;
        while (query < clips && shown_classes.contains(labels[static_cast<std::size_t>(query)]))
            ++query;
        if (query == clips) query = start;
        shown_classes.insert(labels[static_cast<std::size_t>(query)]);
        const int one[] = {query};
        const auto found = nearest(features.train, features.test.subset(one), hits, threads);
        report::study_retrieval shown{drawn(at.test, query), {}};
        for (std::size_t j = 0; j < found.k; ++j)
            shown.hits.push_back({drawn(at.train, found.index[j]), found.cosine[j]});
        out.push_back(std::move(shown));
    }
    return out;
}

}  // namespace mgfm
