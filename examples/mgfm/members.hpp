// SPDX-License-Identifier: MIT
// Streams of a study, each seen by an encoder of its own where it says so: "bigru:joint".
#pragma once

#include <string>
#include <vector>

#include "mgkit/skeleton/streams.hpp"
#include "options.hpp"
#include "pipeline.hpp"

namespace mgfm {

/// One stream of a study, and the encoder that sees it.
struct study_member {
    model_options model;
    mgkit::skeleton::stream stream = mgkit::skeleton::stream::joint;
};

/// A stream as --streams writes it: "joint" is for the encoder of --encoder, "bigru:joint" for
/// another. Settings without a name of an encoder are those of --encoder, --width and --heads too;
/// "bigru.width=64" is bigru's alone.
/// Errors: wrong_usage for words that name no encoder or no stream.
study_member member_of(const model_options& stated, const std::string& words);

/// Before long work: every stream as it is called from then on, without its encoder where that is
/// --encoder's, and what `check_settings` says of each encoder.
/// Errors: wrong_usage for a stream that is not there or comes twice, a setting of an encoder that
/// sees none; those of check_settings.
std::vector<std::string> settled_streams(const model_options& stated,
                                         const std::vector<std::string>& streams);

/// Makes the encoder of each stream once, as `try_encoder`.
void try_members(const corpus& from, const data_options& data, const model_options& stated,
                 const std::vector<std::string>& streams);

/// The encoders of the streams and their settings for reports: --encoder's by their names, those of
/// others behind the encoder's ("bigru.width").
std::vector<mgkit::study::setting> member_settings(const corpus& from, const data_options& data,
                                                   const model_options& stated,
                                                   const std::vector<std::string>& streams);

}  // namespace mgfm
